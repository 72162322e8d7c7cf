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

const editor = document.getElementById("document");
const place = document.getElementById("place");

function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}

function goTo(line) {
  const lines = editor.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, item) => sum + item.length + 1, 0);
  editor.focus();
  editor.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = editor.scrollHeight / Math.max(1, lines.length);
  editor.scrollTop = Math.max(0, (line - 4) * height);
}

if (editor) {
  const tell = () => { if (place) place.textContent = `${lineAt(editor.value, editor.selectionStart)} / ${editor.value.split("\n").length}`; };
  for (const name of ["keyup", "click", "input"]) editor.addEventListener(name, tell);
  const wrong = Number(editor.dataset.wrong);
  if (wrong) goTo(wrong);
  document.querySelector("[data-line]")?.addEventListener("click", (event) => {
    event.preventDefault();
    goTo(Number(event.currentTarget.dataset.line));
  });
}

// What was typed into the form counts only once it is written as YAML: say so before it is lost.
const composed = document.getElementById("rule-form");
if (composed) {
  const write = document.getElementById("write-yaml");
  const unwritten = document.getElementById("unwritten");
  let changed = false;
  composed.addEventListener("input", () => { changed = true; write.classList.add("go"); });
  composed.closest("form").addEventListener("submit", (event) => {
    if (!changed || event.submitter === write || !unwritten.hidden) return;
    event.preventDefault();
    unwritten.hidden = false;
    write.focus();
  });
}
