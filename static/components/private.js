// Personal numbers, shown on request: the page is asked for once more, and only words of turns are taken from it.

/** Wire the button. Without it (or without JavaScript) the form opens the whole page. */
export function wirePrivate(form = document.getElementById("private")) {
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer?.ok) {
      form.submit();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const turn of page.querySelectorAll("[data-turn]")) {
      document.getElementById(turn.id)?.querySelector("p")?.replaceWith(turn.querySelector("p"));
    }
    form.replaceWith(page.getElementById("private"));
  });
}
