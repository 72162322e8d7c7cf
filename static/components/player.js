// The sound of one call: audio element, waveform from stored peaks, speed, place. Never decodes the file.
import { habit, keepHabit } from "./habits.js";
import WaveSurfer from "../vendor/wavesurfer/wavesurfer.esm.js";

const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const HEIGHT_PX = 50;

/** `m:ss.t`, or `h:mm:ss.t` past an hour. */
export function clock(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const [hours, minutes, rest] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const tail = `${rest < 10 && hours + minutes >= 0 ? "0" : ""}${rest.toFixed(1)}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** The player of a page, or null where there is none. */
export function createPlayer(root = document.getElementById("player")) {
  if (!root) return null;
  const audio = root.querySelector("audio");
  const listeners = new Set();
  let until = null;

  const player = {
    root,
    audio,
    get time() { return audio.currentTime; },
    get playing() { return !audio.paused; },
    onTime(listener) { listeners.add(listener); },
    toggle() { until = null; return audio.paused ? play() : audio.pause(); },
    seek(seconds) { until = null; audio.currentTime = Math.max(0, Math.min(seconds, duration() - 0.05)); tell(); },
    /** Play from a second on; with an end, stop there. */
    playFrom(start, end = null) { player.seek(start); until = end; return play(); },
    nextSpeed() {
      const next = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
      audio.playbackRate = next;
      keepHabit("speed", next);
      showSpeed();
    },
  };

  const duration = () => Number(root.dataset.duration) || audio.duration || 0;
  const play = () => audio.play().catch(() => undefined);
  const controls = root.querySelector("#controls");
  const button = root.querySelector("#play");
  const place = root.querySelector("#clock");
  const speed = root.querySelector("#speed");

  function tell() {
    place.textContent = clock(audio.currentTime);
    for (const listener of listeners) listener(audio.currentTime);
  }

  function tick() {
    if (until !== null && audio.currentTime >= until) { until = null; audio.pause(); }
    tell();
    if (!audio.paused) requestAnimationFrame(tick);
  }

  function showSpeed() {
    speed.textContent = `${audio.playbackRate}×`;
    speed.classList.toggle("on", audio.playbackRate !== 1);
  }

  audio.controls = false;
  audio.preservesPitch = true;
  audio.defaultPlaybackRate = SPEEDS.includes(habit("speed", 1)) ? habit("speed", 1) : 1;
  audio.playbackRate = audio.defaultPlaybackRate;
  showSpeed();
  controls.hidden = false;
  button.addEventListener("click", player.toggle);
  speed.addEventListener("click", player.nextSpeed);
  audio.addEventListener("play", () => { button.textContent = "❚❚"; requestAnimationFrame(tick); });
  audio.addEventListener("pause", () => { button.textContent = "▶"; tell(); });
  audio.addEventListener("seeked", tell);
  audio.addEventListener("error", () => { root.querySelector("#sound-problem").hidden = false; });
  player.drawn = drawWave(root, audio);
  return player;
}

/** The wave from stored peaks, ready to be zoomed; null where there are none. */
async function drawWave(root, audio) {
  const stored = await fetch(root.dataset.peaks).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  if (!stored?.channels?.length) return null;
  const peaks = stored.channels.map((channel) => channel.map((value) => value / stored.scale));
  const channels = rolesOf(root, peaks.length).map(coloursOf);
  const wave = WaveSurfer.create({
    container: root.querySelector("#wave"),
    media: audio,
    peaks,
    duration: Number(root.dataset.duration),
    height: peaks.length === 2 ? HEIGHT_PX : HEIGHT_PX * 2,
    splitChannels: channels.map((colours) => ({ ...colours, overlay: false })),
    ...channels[0],
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    barMinHeight: 1,
    normalize: true,
    cursorWidth: 1.6,
    cursorColor: token("--accent"),
    dragToSeek: true,
    hideScrollbar: true,
    cspNonce: root.dataset.nonce,
  });
  await new Promise((ready) => { wave.once("ready", ready); });
  return wave;
}

function rolesOf(root, count) {
  if (count < 2) return ["unknown"];
  return root.dataset.left === "agent" ? ["agent", "customer"] : ["customer", "agent"];
}

function coloursOf(role) {
  const colour = token({ agent: "--agent", customer: "--customer" }[role] ?? "--ink-2");
  return { waveColor: `${colour}73`, progressColor: colour };
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
