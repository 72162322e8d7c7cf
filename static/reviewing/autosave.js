// Saving by itself: soon after each change, kept in this browser until the server has it.
const WAIT_MS = 700;
const RETRY_MS = 5000;

/** Autosave for `form`. `onSaved(figures)`, `onConflict(html, revision)`. */
export function createAutosave(form, { onSaved, onConflict }) {
  const said = form.dataset;
  const sign = document.getElementById("saved");
  const key = `qm-draft-${said.recording}`;
  const revision = form.querySelector("[name=revision]");
  let timer = null;
  let version = 0;
  let flight = null;
  let halted = false;

  const entries = () => [...new FormData(form)].filter(([name]) => name !== "csrf_token" && !name.startsWith("keep"));

  function say(text, problem = false) {
    sign.textContent = text;
    sign.classList.toggle("unsaved", problem);
  }

  function touch() {
    version += 1;
    keep();
    if (halted) return;
    say(said.saidDirty);
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  }

  function keep() {
    try { localStorage.setItem(key, JSON.stringify(entries())); } catch { /* private mode: the server copy has to do */ }
  }

  async function save() {
    clearTimeout(timer);
    if (flight) return flight;
    flight = post(said.save).finally(() => { flight = null; });
    const before = version;
    const done = await flight;
    if (done && version !== before) return save();
    return done;
  }

  /** Post the whole form; true when the server has it. */
  async function post(url) {
    const sent = version;
    say(said.saidSaving);
    const answer = await fetch(url, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
    }).catch(() => null);
    if (!answer || answer.status >= 502) { offline(); return false; }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) { refused(body, answer.status); return false; }
    if (body.revision !== undefined) revision.value = body.revision;
    if (sent === version) { localStorage.removeItem(key); say(said.saidSaved); }
    onSaved(body);
    return true;
  }

  function offline() {
    say(said.saidOffline, true);
    clearTimeout(timer);
    timer = setTimeout(save, RETRY_MS);
  }

  function refused(body, status) {
    say(status === 409 || body.lacks?.length ? said.saidRefused : body.error?.message ?? said.saidRefused, true);
    if (body.revision !== undefined && status !== 409) revision.value = body.revision;
    if (body.lacks?.length) say(said.saidSaved);
    if (body.conflict) {
      halted = true;
      onConflict(body.conflict, body.revision);
    }
  }

  window.addEventListener("online", () => { if (sign.classList.contains("unsaved") && !halted) save(); });
  window.addEventListener("pagehide", () => {
    if (timer !== null && !halted && localStorage.getItem(key)) {
      fetch(said.save, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, keepalive: true }).catch(() => undefined);
    }
  });

  return {
    touch,
    save,
    refused,
    say,
    /** What this browser still holds unsaved, or null. */
    unsaved() { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    forget() { localStorage.removeItem(key); },
    /** After a conflict was decided: go on from the stored revision. */
    resume(from) { revision.value = from; halted = false; touch(); return save(); },
    /** Wait for a save that is under way. */
    async idle() { clearTimeout(timer); timer = null; await flight; },
  };
}
