// The inspector's keys. Typing in a field and the browser's own shortcuts are left alone.

/** Call `keys[name]` for each key; names as in KeyboardEvent.key, letters lower case. */
export function wireKeyboard(keys, { submit, help }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "Enter") { event.preventDefault(); submit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && isText(event.target)) { event.target.blur(); return; }
    if (event.key === "?" && !isText(event.target)) { event.preventDefault(); help(); return; }
    if (isText(event.target) || document.querySelector("dialog[open]")) return;
    if (isControl(event.target) && (event.key === " " || event.key === "Enter" || event.key.startsWith("Arrow"))) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = /^[1-9]$/.test(name) ? () => keys.digit?.(Number(name)) : keys[name];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
  // A click leaves no focus behind that would take the space bar away from the player.
  document.addEventListener("click", (event) => {
    const control = event.target.closest?.("button, input[type=radio], input[type=checkbox], a, summary");
    if (event.detail > 0 && control && document.activeElement === control) control.blur();
  });
}

const isText = (element) => element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
const isControl = (element) => element.matches("button, a[href], summary, input");
