// The review page: puts the modules together.
import { createAutosave } from "./autosave.js";
import { wireChannels } from "../components/channels.js";
import { showConflict, wireConflict } from "./conflict.js";
import { wireForm } from "./form.js";
import { wireKeyboard } from "../components/keyboard.js";
import { wireMoments } from "../components/moments.js";
import { createPlayer } from "../components/player.js";
import { wirePrivate } from "../components/private.js";
import { wireSilence } from "../components/silence.js";
import { wireSubmit } from "./submit.js";
import { openAtAddress, wireTranscript } from "../components/transcript.js";
import { wireZoom } from "../components/zoom.js";

const SHORT_S = 3;
const LONG_S = 10;

document.documentElement.classList.add("js");
wirePrivate();
const page = document.getElementById("form");
const player = createPlayer();
const turnAt = wireTranscript(player);
const toggleSilence = wireSilence(player);
wireChannels(player);
const zoom = wireZoom(player);

const autosave = createAutosave(page, { onSaved: showFigures, onConflict: (html) => showConflict(page, html, decided) });
const form = wireForm(page, { onChange: autosave.touch });
const moments = wireMoments(player, { onChip: (question) => form.focus(question) });
const decided = { resume: autosave.resume, forget: autosave.forget, replaced: form.replaced };
wireConflict(page, decided);
const submission = wireSubmit(page, { autosave, focus: form.focus });
const dialog = document.getElementById("keys");
const help = () => (dialog.open ? dialog.close() : dialog.showModal());
openAtAddress(player, turnAt);

const unsaved = page.dataset.open === "yes" ? autosave.unsaved() : null;
if (unsaved) {
  page.querySelector("[name=revision]").value = unsaved.find(([name]) => name === "revision")?.[1] ?? 0;
  form.restore(unsaved);
  autosave.say(page.dataset.saidRestored);
}

document.getElementById("help")?.addEventListener("click", help);
document.getElementById("accept")?.addEventListener("click", form.acceptAll);
document.querySelector("[data-go]")?.addEventListener("change", (event) => location.assign(event.target.value));

const hop = (sign) => (event) => player.seek(player.time + sign * (event.shiftKey ? LONG_S : SHORT_S));
wireKeyboard({
  " ": player.toggle,
  ArrowLeft: hop(-1),
  ArrowRight: hop(1),
  ArrowDown: form.next,
  ArrowUp: form.previous,
  j: form.next,
  k: form.previous,
  n: moments.next,
  p: moments.previous,
  s: player.nextSpeed,
  q: toggleSilence,
  x: form.notApplicable,
  c: (event) => (event.shiftKey ? page.elements.comment.focus() : form.comment()),
  e: attach,
  a: form.acceptAll,
  u: form.undo,
  "+": zoom.closer,
  "=": zoom.closer,
  "-": zoom.wider,
  digit: form.choose,
}, { submit: submission.submit, help });

/** The finding at hand, else the turn that is playing, becomes evidence. */
function attach() {
  const mark = moments.current();
  const element = mark ?? turnAt(player.time)?.element;
  if (!element) return;
  const { start, end, role, text } = element.dataset;
  const words = text ?? spoken(element);
  form.attach({ start_s: Number(start), end_s: Number(end), role, text: words, source: "human" }, mark?.dataset.moment ?? null);
}

function spoken(turn) {
  const words = turn.querySelector("p").cloneNode(true);
  for (const extra of words.querySelectorAll(".heard, small")) extra.remove();
  return words.textContent.trim();
}

/** The server's figures: the score has one implementation, and it is not here. */
function showFigures(figures) {
  if (figures.total === undefined) return;
  document.getElementById("total").textContent = figures.total;
  document.getElementById("lost").textContent = figures.lost;
  document.getElementById("score").classList.toggle("bad", figures.vetoed);
  document.getElementById("answered").textContent = figures.answered;
  for (const [key, text] of Object.entries(figures.sections)) put(`[data-section-score="${CSS.escape(key)}"]`, text);
  for (const [key, text] of Object.entries(figures.points)) put(`[data-points="${CSS.escape(key)}"]`, text);
  submission.refresh(figures.lacks);
  for (const question of page.querySelectorAll("[data-criterion]")) question.hidden = figures.hidden.includes(question.dataset.criterion);
}

function put(selector, text) {
  const place = page.querySelector(selector);
  if (place) place.textContent = text;
}
