// Two people on one call: both versions side by side, nothing is lost, the person decides.

/** Show the server's comparison in the form and wire its choices. */
export function showConflict(form, html, { resume, forget, replaced }) {
  const place = form.querySelector("#conflict");
  place.innerHTML = html;
  wireConflict(form, { resume, forget, replaced });
  place.scrollIntoView({ block: "start" });
}

/** Wire a comparison that is on the page. */
export function wireConflict(form, { resume, forget, replaced }) {
  const section = form.querySelector("#conflict .conflict");
  if (!section) return;
  section.addEventListener("click", (event) => {
    const button = event.target.closest("[data-resolve]");
    if (!button) return;
    if (button.dataset.resolve === "theirs") {
      forget();
      location.reload();
      return;
    }
    merge(form, section, replaced);
    section.remove();
    resume(section.dataset.revision);
  });
}

function merge(form, section, replaced) {
  for (const choice of section.querySelectorAll('[value="theirs"]:checked')) {
    const key = choice.name.startsWith("keep.") ? choice.name.slice(5) : null;
    if (key === null) {
      form.querySelector('[name="comment"]').value = section.querySelector("[data-their-comment]").textContent;
      continue;
    }
    const theirs = section.querySelector(`template[data-theirs="${CSS.escape(key)}"]`).content.firstElementChild.cloneNode(true);
    form.querySelector(`#items > [data-criterion="${CSS.escape(key)}"]`).replaceWith(theirs);
    replaced(theirs);
  }
}
