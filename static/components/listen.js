// Pages that play a call without scoring it: agents', leaders', one recording.
import { wireChannels } from "./channels.js";
import { wireKeyboard } from "./keyboard.js";
import { wireMoments } from "./moments.js";
import { createPlayer } from "./player.js";
import { wirePrivate } from "./private.js";
import { wireSilence } from "./silence.js";
import { openAtAddress, wireTranscript } from "./transcript.js";
import { wireZoom } from "./zoom.js";

document.documentElement.classList.add("js");
wirePrivate();
const player = createPlayer();
if (player) {
  const turnAt = wireTranscript(player);
  wireChannels(player);
  const zoom = wireZoom(player);
  const toggleSilence = wireSilence(player);
  const moments = wireMoments(player);
  openAtAddress(player, turnAt);
  const hop = (sign) => (event) => player.seek(player.time + sign * (event.shiftKey ? 10 : 3));
  wireKeyboard({
    " ": player.toggle, ArrowLeft: hop(-1), ArrowRight: hop(1),
    n: moments.next, p: moments.previous, s: player.nextSpeed, q: toggleSilence,
    "+": zoom.closer, "=": zoom.closer, "-": zoom.wider,
  }, { submit: () => undefined, help: () => undefined });
}
