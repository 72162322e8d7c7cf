// Every page: htmx requests carry the form token.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail?.ctx?.request) event.detail.ctx.request.headers["X-CSRFToken"] = token;
});

// Enter leads on even where a click elsewhere took the focus; a control that has it keeps its own Enter.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === document.body) document.querySelector("a[autofocus]")?.click();
});
