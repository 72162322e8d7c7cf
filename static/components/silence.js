// Skipping silence: jumps over stretches in which nobody speaks, as the hearing measured them.
import { habit, keepHabit } from "./habits.js";

const SHORTEST_S = 1;
const LEAD_S = 0.25;

/** Wire the 跳过静音 button of a player. Gives a function that switches it. */
export function wireSilence(player) {
  const button = player.root.querySelector("#skip-silence");
  const voiced = JSON.parse(player.root.dataset.voiced || "[]");
  if (!voiced.length) { button.hidden = true; return () => undefined; }
  let on = habit("skip-silence", false) === true;

  const show = () => button.setAttribute("aria-pressed", String(on));
  const toggle = () => {
    on = !on;
    keepHabit("skip-silence", on);
    show();
  };
  show();
  button.addEventListener("click", toggle);
  player.onTime((time) => {
    if (!on || !player.playing) return;
    const next = nextSpeech(voiced, time);
    if (next !== null && next - LEAD_S - time > SHORTEST_S) player.audio.currentTime = next - LEAD_S;
  });
  return toggle;
}

/** Where speech begins again if nobody speaks at `time`; null while somebody does, or at the end. */
export function nextSpeech(voiced, time) {
  for (const [start, end] of voiced) {
    if (time < start) return start;
    if (time <= end + LEAD_S) return null;
  }
  return null;
}
