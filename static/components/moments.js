// A finding is one thing in four places: the lane, the transcript, a chip in the form, the keys N and P.
import { reveal } from "./transcript.js";

const LEAD_S = 0.4;

/** Wire all `[data-moment]` elements. Gives `next()`, `previous()`, `current()`. */
export function wireMoments(player, { onChip = () => undefined } = {}) {
  const steps = [...document.querySelectorAll("#lane [data-step]")];
  let current = null;

  function select(key, { from = null } = {}) {
    for (const element of document.querySelectorAll(".current[data-moment]")) element.classList.remove("current");
    current = key;
    if (!key) return;
    const places = [...document.querySelectorAll(`[data-moment="${CSS.escape(key)}"]`)];
    for (const element of places) element.classList.add("current");
    const scrolled = { talk: document.getElementById("transcript"), items: document.getElementById("items") };
    for (const parent of Object.values(scrolled)) {
      const place = parent && places.find((element) => parent.contains(element));
      if (place && !parent.contains(from)) reveal(parent, place);
    }
    const chip = places.find((element) => element.closest("[data-criterion]"));
    if (chip) onChip(chip.closest("[data-criterion]"));
  }

  function play(element) {
    select(element.dataset.moment ?? null, { from: element });
    player.playFrom(Math.max(0, Number(element.dataset.start) - LEAD_S), Number(element.dataset.end) + LEAD_S);
  }

  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-play], mark[data-moment]");
    if (!element) return;
    event.preventDefault();
    const lane = document.querySelector(`#lane [data-moment="${CSS.escape(element.dataset.moment ?? "")}"]`);
    play(element.matches("[data-start]") ? element : lane ?? element);
  });

  function step(direction) {
    if (!steps.length) return;
    const at = steps.findIndex((element) => element.dataset.moment === current);
    const from = at >= 0 ? at + direction : direction > 0 ? firstAfter(player.time) : firstAfter(player.time) - 1;
    const target = steps[(from + steps.length) % steps.length];
    select(target.dataset.moment);
    player.playFrom(Math.max(0, Number(target.dataset.start) - LEAD_S));
  }

  function firstAfter(time) {
    const found = steps.findIndex((element) => Number(element.dataset.start) > time + 0.1);
    return found < 0 ? steps.length : found;
  }

  return {
    next: () => step(1),
    previous: () => step(-1),
    /** The lane mark of the finding at hand: chosen, and the sound still near it. */
    current() {
      const mark = steps.find((element) => element.dataset.moment === current);
      if (!mark) return null;
      const near = player.time > Number(mark.dataset.start) - 1.5 && player.time < Number(mark.dataset.end) + 1.5;
      return near ? mark : null;
    },
  };
}
