// Every page: htmx requests carry the form token.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail?.ctx?.request) event.detail.ctx.request.headers["X-CSRFToken"] = token;
});
