// A closer look at the waveform: buttons, the keys + and −, Ctrl with the wheel; long calls get a map below.
import Minimap from "../vendor/wavesurfer/minimap.esm.js";

const MAP_FROM_S = 300;
const MAP_HEIGHT = 22;
const CLOSEST_PX_S = 60; // peaks are stored ten a second: closer shows nothing more
const STEP = 2;

/** Wire zooming of a player's wave. Gives `{ closer, wider }`, which do nothing until the wave is drawn. */
export function wireZoom(player) {
  const { root } = player;
  const buttons = root.querySelector("#zoom");
  const lane = root.querySelector("#lane");
  let zoom = null;

  player.drawn.then((wave) => {
    if (!wave || !buttons) return;
    const length = wave.getDuration();
    const [out, closer] = buttons.querySelectorAll("button");
    if (length > MAP_FROM_S) addMap(root, wave);

    const fitted = () => wave.getWidth() / length;
    const most = () => Math.max(1, CLOSEST_PX_S / fitted());
    let factor = 1;

    zoom = (by, anchor = player.time) => {
      const wanted = Math.min(most(), Math.max(1, factor * by));
      if (wanted === factor) return;
      const before = visible();
      const share = anchor >= before.start && anchor <= before.end ? (anchor - before.start) / (before.end - before.start) : 0.5;
      factor = wanted;
      wave.setOptions({ minPxPerSec: factor > 1 ? fitted() * factor : 0, hideScrollbar: factor === 1 || length > MAP_FROM_S });
      wave.setScrollTime(Math.max(0, anchor - (share * length) / factor));
      show();
    };

    function visible() {
      const width = wave.getWrapper().clientWidth || 1;
      const start = (wave.getScroll() / width) * length;
      return { start, end: start + (wave.getWidth() / width) * length };
    }

    /** The lane of findings shows the same seconds as the wave. */
    function show() {
      const { start, end } = visible();
      lane?.setAttribute("viewBox", `${(1000 * start) / length} 0 ${(1000 * (end - start)) / length} 12`);
      lane?.classList.toggle("zoomed", factor > 1);
      out.disabled = factor <= 1;
      closer.disabled = factor >= most();
      root.dataset.zoom = factor.toFixed(2);
    }

    out.addEventListener("click", () => zoom(1 / STEP));
    closer.addEventListener("click", () => zoom(STEP));
    wave.on("scroll", show);
    wave.on("redrawcomplete", show);
    root.querySelector("#wave").addEventListener("wheel", (event) => {
      if (!event.ctrlKey || !event.deltaY) return;
      event.preventDefault();
      const { left, width } = event.currentTarget.getBoundingClientRect();
      const { start, end } = visible();
      zoom(event.deltaY < 0 ? STEP : 1 / STEP, start + ((event.clientX - left) / width) * (end - start));
    }, { passive: false });
    buttons.hidden = most() <= 1;
    show();
  });

  return { closer: () => zoom?.(STEP), wider: () => zoom?.(1 / STEP) };
}

function addMap(root, wave) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const container = root.querySelector("#map");
  container.hidden = false;
  wave.registerPlugin(Minimap.create({
    container, height: MAP_HEIGHT, waveColor: `${colour("--ink-3")}99`, progressColor: colour("--ink-2"),
    overlayColor: `${colour("--accent")}26`, cursorColor: colour("--accent"), dragToSeek: true, normalize: true,
    cspNonce: root.dataset.nonce,
  }));
}
