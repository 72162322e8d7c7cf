// The builder: Ctrl+Z outside a field takes the last change back; a new name can be typed at once.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey && !typing) {
    const undo = document.getElementById("undo");
    if (undo && !undo.disabled) {
      event.preventDefault();
      undo.click();
    }
  }
});

document.addEventListener("htmx:after:swap", () => {
  for (const id of ["c-title", "s-title"]) {
    const field = document.getElementById(id);
    if (field && !field.value && document.activeElement === document.body) field.focus();
  }
});
