// Lists: tick all, count what is ticked, filter as soon as a choice is made.
const all = document.getElementById("tick-all");
const boxes = [...document.querySelectorAll('[name="recording"]')];
const count = document.getElementById("ticked");

function tell() {
  if (count) count.textContent = boxes.filter((box) => box.checked).length || "";
}

all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  tell();
});
for (const box of boxes) box.addEventListener("change", tell);

const filters = document.getElementById("filters");
filters?.addEventListener("change", (event) => {
  if (event.target.matches("select, [type=checkbox], [type=date]")) filters.requestSubmit();
});
