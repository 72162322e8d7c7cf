// Rules: evidence plays in place, one sound at a time; the editor shows its line and goes to the wrong one.
const LEAD_S = 0.4;
const sound = new Audio();
sound.preload = "none";
let playing = null;
let stopAt = Infinity;

function stop() {
  sound.pause();
  playing?.removeAttribute("data-playing");
  playing = null;
}

sound.addEventListener("timeupdate", () => { if (sound.currentTime >= stopAt) stop(); });
sound.addEventListener("ended", stop);

document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-clip]");
  if (!chip) return;
  event.preventDefault();
  const again = chip === playing;
  stop();
  if (again) return;
  const source = chip.href.split("#")[0];
  const start = Math.max(0, Number(chip.dataset.start) - LEAD_S);
  stopAt = Number(chip.dataset.end) + LEAD_S;
  playing = chip;
  chip.setAttribute("data-playing", "");
  const begin = () => { sound.currentTime = start; sound.play().catch(stop); };
  if (sound.src === source && sound.readyState > 0) { begin(); return; }
  sound.src = source;
  sound.addEventListener("loadedmetadata", begin, { once: true });
  sound.load();
});

function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}

function goTo(editor, line) {
  const lines = editor.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, item) => sum + item.length + 1, 0);
  editor.focus();
  editor.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = editor.scrollHeight / Math.max(1, lines.length);
  editor.scrollTop = Math.max(0, (line - 4) * height);
}

// The workshop's form is swapped whole: what was folded open stays open, and the focus goes on.
const FIELDS = "input:not([type=hidden]), select, textarea";
const opened = new Set();
document.addEventListener("toggle", (event) => {
  if (!event.target.id || !event.target.closest("#workshop")) return;
  opened[event.target.open ? "add" : "delete"](event.target.id);
}, true);

/** Open every fold around a field of the form and put the focus into it. */
function reveal(part) {
  for (let fold = part.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const field = part.matches(FIELDS) ? part : part.querySelector(FIELDS) ?? part.querySelector("summary");
  (field ?? part).focus({ preventScroll: true });
  part.scrollIntoView({ block: "nearest" });
}

// Leaving with a rule that is not saved asks first; every button of the page keeps or saves it.
let unsaved = false;
document.addEventListener("input", (event) => { if (event.target.closest("#writing, #cases")) unsaved = true; });
document.addEventListener("submit", (event) => { if (event.target.id === "workshop") unsaved = false; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

function settle({ first }) {
  const workshop = document.getElementById("workshop");
  if (!workshop) return;
  unsaved ||= "unsaved" in workshop.dataset;
  const editor = document.getElementById("document");
  const place = document.getElementById("place");
  if (editor) {
    const tell = () => { place.textContent = `${lineAt(editor.value, editor.selectionStart)} / ${editor.value.split("\n").length}`; };
    for (const name of ["keyup", "click", "input"]) editor.addEventListener(name, tell);
    if (editor.dataset.wrong) goTo(editor, Number(editor.dataset.wrong));
  }
  if (!first) for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  const wrong = workshop.querySelector("[data-wrong-field]");
  const went = workshop.dataset.focus;
  const button = went && workshop.querySelector(`button[value="${CSS.escape(went)}"]`);
  if (wrong) reveal(wrong);
  else if (button) button.focus({ preventScroll: true });
  else if (went) {
    const path = went.split(":").pop(); // what was moved to an end has no such button any more
    reveal(document.getElementById(`b-${path}`) ?? document.getElementById(path) ?? workshop);
  }
}

document.addEventListener("htmx:after:swap", () => settle({ first: false }));
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-line], [data-go]");
  if (!link) return;
  event.preventDefault();
  if (link.dataset.line) goTo(document.getElementById("document"), Number(link.dataset.line));
  else reveal(document.querySelector("[data-wrong-field]") ?? document.getElementById("writing"));
});
settle({ first: true });
