// Taking back: before each change the questions it touches are kept as they were.
const MOST = 100;

/** A history over the questions of `form`. */
export function createHistory(form) {
  const stable = new Map();
  const past = [];
  const remember = (question) => stable.set(question.dataset.criterion, copy(question));
  for (const question of form.querySelectorAll("[data-criterion]")) remember(question);

  return {
    /** Say that these questions have just changed: they can be taken back together. */
    changed(questions) {
      past.push(questions.map((question) => stable.get(question.dataset.criterion)));
      if (past.length > MOST) past.shift();
      questions.forEach(remember);
    },
    /** Typing changes nothing that needs an own step: the newest text belongs to the question as it stands. */
    settled: remember,
    /** Put the last change back; gives the questions as they stand again, or an empty list. */
    undo() {
      const before = past.pop() ?? [];
      return before.map((kept) => {
        const standing = form.querySelector(`[data-criterion="${CSS.escape(kept.dataset.criterion)}"]`);
        const fresh = copy(kept);
        fresh.classList.toggle("focus", standing.classList.contains("focus"));
        standing.replaceWith(fresh);
        remember(fresh);
        return fresh;
      });
    },
    get empty() { return past.length === 0; },
  };
}

function copy(question) {
  const twin = question.cloneNode(true);
  const [from, to] = [question, twin].map((part) => [...part.querySelectorAll("input, textarea")]);
  from.forEach((field, index) => {
    to[index].value = field.value;
    if ("checked" in field) to[index].checked = field.checked;
  });
  return twin;
}
