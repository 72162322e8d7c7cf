// Upload page: drag and drop, a row with progress for each file. Without this module the forms post as they are.
const results = document.getElementById("upload-results");
const outcomes = document.getElementById("upload-outcomes");

function show(html) {
  results.hidden = false;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  outcomes.prepend(holder.content);
}

function send(form, data, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => (request.status < 400 ? resolve(request.responseText) : reject(request)));
    request.addEventListener("error", () => reject(request));
    request.send(data);
  });
}

function problem(form, name, request) {
  const holder = document.createElement("template");
  holder.innerHTML = request?.responseText || "";
  const said = holder.content.querySelector('[role="alert"]')?.textContent || form.dataset.broken;
  const line = document.createElement("li");
  line.className = "no";
  line.textContent = `✕ ${name}：${said}`;
  results.hidden = false;
  outcomes.prepend(line);
}

const stem = (name) => name.replace(/\.[^.]+$/, "");
const megabytes = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

function drawChosen(form, files) {
  const list = form.querySelector(".chosen");
  list.replaceChildren(
    ...files.map((file) => {
      const line = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = file.name;
      const size = document.createElement("span");
      size.className = "muted mono";
      size.textContent = megabytes(file.size);
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      const state = document.createElement("span");
      state.className = "muted state";
      line.append(name, size, bar, state);
      return line;
    }),
  );
  return [...list.children];
}

function oneByOne(form) {
  const input = form.querySelector('input[type="file"]');
  const zone = form.querySelector(".drop");
  const button = form.querySelector('button[type="submit"]');
  let lines = [];
  let recordings = [];
  const chosen = () => {
    recordings = [...input.files].filter((file) => !file.name.toLowerCase().endsWith(".json"));
    lines = drawChosen(form, recordings);
  };
  input.addEventListener("change", chosen);
  for (const name of ["dragenter", "dragover"])
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    chosen();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const sidecars = new Map([...input.files].filter((file) => !recordings.includes(file)).map((file) => [stem(file.name), file]));
    for (const [index, file] of recordings.entries()) {
      const [bar, state] = [lines[index].querySelector("progress"), lines[index].querySelector(".state")];
      const data = new FormData(form);
      data.delete("files");
      data.append("files", file);
      if (sidecars.has(stem(file.name))) data.append("files", sidecars.get(stem(file.name)));
      data.append("fragment", "1");
      state.textContent = form.dataset.sending;
      try {
        const html = await send(form, data, (share) => {
          bar.value = 100 * share;
          if (share === 1) state.textContent = form.dataset.checking;
        });
        show(html);
        lines[index].remove();
      } catch (request) {
        problem(form, file.name, request);
        state.textContent = "✕";
      }
    }
    button.disabled = false;
    if (!form.querySelector(".chosen li")) input.value = "";
  });
}

function allAtOnce(form) {
  const bar = form.querySelector("progress");
  const button = form.querySelector('button[type="submit"]');
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    bar.hidden = false;
    const data = new FormData(form);
    data.append("fragment", "1");
    try {
      show(await send(form, data, (share) => (bar.value = 100 * share)));
    } catch (request) {
      problem(form, form.querySelector('input[name="manifest"]').files[0]?.name ?? "", request);
    }
    bar.hidden = true;
    bar.value = 0;
    button.disabled = false;
  });
}

for (const form of document.querySelectorAll("form.upload")) {
  if ("oneByOne" in form.dataset) oneByOne(form);
  else allAtOnce(form);
}
