// The scoring form: one question has the focus; choosing, skipping, evidence, comments, suggestions, undo.
import { createHistory } from "./history.js";
import { addProof, pinSuggested } from "./proofs.js";
import { reveal } from "../components/transcript.js";

const NOT_APPLICABLE = "not_applicable";
const TEXT_MOST = 60;
const PROOFS_PX = 50; // more proofs are folded away outside the question in focus

/** Wire the form; `onChange` is called after each change of an answer. */
export function wireForm(form, { onChange }) {
  const items = form.querySelector("#items");
  const history = createHistory(form);
  const questions = () => [...form.querySelectorAll("[data-criterion]:not([hidden])")];
  const focused = () => form.querySelector(".q.focus[data-criterion]");
  const open = form.dataset.open === "yes";

  function focus(question, { scroll = true } = {}) {
    if (!question) return;
    for (const other of form.querySelectorAll(".q.focus")) other.classList.remove("focus");
    question.classList.add("focus");
    if (scroll) reveal(items, question);
  }

  function move(by) {
    const all = questions();
    const at = all.indexOf(focused());
    focus(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]);
  }

  function settle(changed, { record = true } = {}) {
    changed.forEach(show);
    if (record) history.changed(changed);
    countSuggestions(form, questions());
    onChange();
  }

  function set(question, value) {
    const inputs = [...question.querySelectorAll(`[name^="option."]`)];
    const figure = question.querySelector(".figure");
    if (figure && value !== NOT_APPLICABLE) figure.value = value;
    for (const input of inputs) input.checked = input.value === value;
    return Boolean(figure) || inputs.some((input) => input.checked);
  }

  function answered(question, { advance = false } = {}) {
    harmonize(question);
    settle([question]);
    if (advance && !wants(question)) move(1); // a fault stays in focus: its proof and reason come next
  }

  form.addEventListener("change", (event) => {
    const question = event.target.closest("[data-criterion]");
    if (!question) return onChange();
    if (event.target.name.startsWith("option.")) excludeOthers(question, event.target);
    if (event.target.matches("textarea")) return settle([question]);
    if (event.target.name.startsWith("evidence.")) return settle([question]);
    return answered(question);
  });
  form.addEventListener("input", (event) => { if (event.target.matches("textarea, .figure")) onChange(); });
  // Focus opens a question; doing so between press and release would move what is being clicked.
  let pressed = false;
  items.addEventListener("pointerdown", () => { pressed = true; });
  document.addEventListener("pointerup", () => setTimeout(() => { pressed = false; }));
  const near = (event) => focus(event.target.closest("[data-criterion]"), { scroll: false });
  items.addEventListener("click", near);
  items.addEventListener("focusin", (event) => { if (!pressed) near(event); });
  questions().forEach(show);
  countSuggestions(form, questions());
  if (open) focus(questions().find((question) => !isAnswered(question)) ?? questions()[0], { scroll: false });

  return {
    focus,
    focused,
    next: () => move(1),
    previous: () => move(-1),
    /** Choose the option with this digit in the focused question; the same again takes it away. */
    choose(digit) {
      const question = open && focused();
      const figure = question && question.querySelector(".figure");
      if (figure) { figure.value = digit; figure.focus(); onChange(); return; } // further digits are typed on
      const input = question && question.querySelectorAll(`.opt:not(.na) [name^="option."]`)[digit - 1];
      if (!input) return;
      const several = input.type === "checkbox";
      input.checked = several ? !input.checked : !input.checked;
      if (several && input.checked) excludeOthers(question, input);
      answered(question, { advance: !several && input.checked && input.closest(".opt").matches(".good") });
    },
    notApplicable() {
      const question = open && focused();
      const input = question && question.querySelector(".opt.na input");
      if (!input) return;
      const checked = !input.checked;
      for (const other of question.querySelectorAll(`[name^="option."]`)) other.checked = false;
      input.checked = checked;
      excludeOthers(question, input);
      answered(question, { advance: checked });
    },
    comment() {
      const question = open && focused();
      const text = question && question.querySelector("textarea");
      if (!text) return;
      question.querySelector("details")?.setAttribute("open", "");
      text.focus();
    },
    attach(proof, moment) {
      const question = open && focused();
      if (!question || !proof) return;
      if (addProof(question, { ...proof, text: proof.text.slice(0, TEXT_MOST), source: "human" }, moment)) settle([question]);
    },
    acceptAll() {
      if (!open) return;
      const taken = questions().filter((question) => acceptable(question) && set(question, question.dataset.suggested));
      taken.forEach(harmonize);
      if (taken.length) settle(taken);
    },
    undo() {
      const restored = open ? history.undo() : [];
      if (!restored.length) return;
      settle(restored, { record: false });
      focus(restored[0]);
    },
    /** Fill fields from posted entries, as when unsaved work is found again. */
    restore(entries) { fill(form, entries); settle(questions()); },
    /** A question was replaced by another version of it. */
    replaced(question) { settle([question]); },
  };
}

function acceptable(question) { return question.dataset.suggested !== undefined && !isAnswered(question); }

function isAnswered(question) {
  if (question.dataset.kind === "text") return question.querySelector("textarea").value.trim() !== "";
  return question.querySelector(`[name^="option."]:checked`) !== null || Boolean(question.querySelector(".figure")?.value);
}

/** Not applicable excludes any other answer, and the other way round. */
function excludeOthers(question, input) {
  if (!input.checked || input.type !== "checkbox") return;
  const excludes = input.value === NOT_APPLICABLE;
  for (const other of question.querySelectorAll(`[name^="option."]`)) {
    if (other !== input && (excludes || other.value === NOT_APPLICABLE)) other.checked = false;
  }
  const figure = question.querySelector(".figure");
  if (figure && excludes) figure.value = "";
}

/** Suggested evidence goes with the suggested answer or a graver one, and with no other. */
function harmonize(question) {
  const suggested = question.dataset.suggested;
  const figure = question.querySelector(".figure");
  if (figure) { pinSuggested(question, figure.value !== "" && figure.value === suggested); return; }
  const option = (selector) => question.querySelector(`.opt${selector}`);
  const chosen = option(":has(:checked)");
  const offered = suggested === undefined ? null : option(`:has([value="${CSS.escape(suggested)}"])`);
  const alike = chosen && offered && (chosen === offered || (chosen.matches(".bad") && offered.matches(".bad")));
  pinSuggested(question, Boolean(alike));
}

/** What the chosen option still asks for. */
function wants(question) {
  const option = question.querySelector(".opt:has(:checked)");
  if (!option) return false;
  const text = option.hasAttribute("data-needs-comment") && !question.querySelector("textarea").value.trim();
  return text || (option.hasAttribute("data-needs-evidence") && !question.querySelector(`[name^="evidence."]:checked`));
}

/** Bring a question's look in line with its fields. */
function show(question) {
  question.classList.toggle("answered", isAnswered(question));
  const proofs = question.querySelector("[data-proofs]");
  proofs?.classList.toggle("clipped", proofs.scrollHeight > PROOFS_PX);
  for (const line of question.querySelectorAll("[data-veto-of]")) {
    line.hidden = !question.querySelector(`[value="${CSS.escape(line.dataset.vetoOf)}"]:checked`);
  }
  const option = question.querySelector(".opt:has(:checked)");
  if (option?.hasAttribute("data-needs-comment")) question.querySelector("details")?.setAttribute("open", "");
}

function countSuggestions(form, questions) {
  const left = questions.filter(acceptable).length;
  const button = form.querySelector("#accept");
  if (!button) return;
  button.hidden = left === 0;
  button.querySelector("#to-accept").textContent = left;
}

function fill(form, entries) {
  for (const field of form.querySelectorAll("#items input, #items textarea")) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else if (field.name) field.value = "";
  }
  for (const [name, value] of entries) {
    const fields = [...form.querySelectorAll(`#items [name="${CSS.escape(name)}"]`)];
    const choice = fields.find((field) => (field.type === "checkbox" || field.type === "radio") && field.value === value);
    if (choice) choice.checked = true;
    else if (name.startsWith("evidence.")) addProof(form.querySelector(`[data-criterion="${CSS.escape(name.slice(9))}"]`), JSON.parse(value));
    else if (fields[0]?.type !== "checkbox" && fields[0]?.type !== "radio" && fields[0]) fields[0].value = value;
  }
}
