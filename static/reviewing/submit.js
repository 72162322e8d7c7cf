// Submitting: save, check on the server, say what is missing, and on to the next call.

/** Wire the submit button. Gives `submit()` and `refresh(lacks)`. */
export function wireSubmit(form, { autosave, focus }) {
  const button = form.querySelector("#release");
  const list = form.querySelector("#lacks");
  let busy = false;

  async function submit() {
    if (!button || busy) return;
    busy = true;
    button.disabled = true;
    await autosave.idle();
    const answer = await fetch(form.dataset.release, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
    }).catch(() => null);
    const body = answer ? await answer.json().catch(() => ({})) : null;
    if (answer?.ok) { autosave.forget(); location.assign(body.next); return; }
    busy = false;
    button.disabled = false;
    if (!body) { autosave.save(); return; }
    autosave.refused(body, answer.status);
    showLacks(body.lacks ?? [], body.conflict ? "" : body.error?.message ?? "");
    const first = body.lacks?.[0] && document.getElementById(`q-${body.lacks[0].criterion}`);
    if (first) focus(first);
  }

  function showLacks(lacks, message = "") {
    const lines = lacks.map(line);
    if (!lacks.length && message) lines.push(Object.assign(document.createElement("span"), { textContent: message }));
    list.replaceChildren(...lines);
    list.hidden = lines.length === 0;
    for (const question of form.querySelectorAll(".q.lacking")) question.classList.remove("lacking");
    for (const lack of lacks) document.getElementById(`q-${lack.criterion}`)?.classList.add("lacking");
  }

  function line(lack) {
    const link = document.createElement("a");
    link.href = `#q-${lack.criterion}`;
    link.textContent = lack.message;
    link.dataset.lacking = lack.criterion;
    return link;
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-lacking]");
    if (!link) return;
    event.preventDefault();
    focus(document.getElementById(`q-${link.dataset.lacking}`));
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.form !== form) return;
    event.preventDefault();
    if (event.submitter === button) submit();
  });
  return {
    submit,
    /** Keep the list of what is missing up to date once it was shown. */
    refresh(lacks) { if (!list.hidden) showLacks(lacks); },
  };
}
