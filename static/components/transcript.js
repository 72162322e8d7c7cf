// The transcript follows the sound, and a click on a turn plays from there.
const HANDS_OFF_MS = 4000;

/** Wire the transcript to a player. Gives `turnAt(time)`. */
export function wireTranscript(player, root = document.getElementById("transcript")) {
  const turns = [...root.querySelectorAll("[data-turn]")].map((element) => ({
    element, start: Number(element.dataset.start), end: Number(element.dataset.end),
  }));
  let now = null;
  let touched = -HANDS_OFF_MS;

  for (const kind of ["wheel", "touchmove", "pointerdown"]) {
    root.addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
  }
  root.addEventListener("click", (event) => {
    const turn = event.target.closest("[data-turn]");
    if (!turn || event.target.closest("[data-moment]") || String(getSelection())) return;
    event.preventDefault();
    player.playFrom(Number(turn.dataset.start));
  });

  function turnAt(time) {
    let found = null;
    for (const turn of turns) {
      if (turn.start > time + 0.05) break;
      if (found === null || time <= turn.end || turn.start >= found.end) found = turn;
    }
    return found;
  }

  player.onTime((time) => {
    const turn = turnAt(time)?.element ?? null;
    if (turn === now) return;
    now?.classList.remove("now");
    now?.removeAttribute("aria-current");
    now = turn;
    now?.classList.add("now");
    now?.setAttribute("aria-current", "true");
    if (now && performance.now() - touched > HANDS_OFF_MS) reveal(root, now);
  });
  return turnAt;
}

/** Open the call at the second that the address names (`?t=12.5`), as a search result does. */
export function openAtAddress(player, turnAt, root = document.getElementById("transcript")) {
  const at = Number.parseFloat(new URLSearchParams(location.search).get("t") ?? "");
  if (!Number.isFinite(at)) return;
  player.seek(at);
  const turn = turnAt(at)?.element;
  if (turn) reveal(root, turn);
}

/** Scroll `element` into the middle third of its scrolling parent, only if it lies outside. */
export function reveal(parent, element) {
  const [outer, inner] = [parent.getBoundingClientRect(), element.getBoundingClientRect()];
  const margin = Math.min(outer.height / 5, 60);
  if (inner.top >= outer.top + margin / 2 && inner.bottom <= outer.bottom - margin) return;
  parent.scrollTo({ top: parent.scrollTop + inner.top - outer.top - outer.height / 3 });
}
