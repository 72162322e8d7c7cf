// Evidence chips: playable, pinned to an answer or only suggested.

/** Add a pinned proof to a question, unless it is there already; gives true when it was added or pinned. */
export function addProof(question, proof, moment = null) {
  const known = [...question.querySelectorAll(`[name^="evidence."]`)].find((pin) => same(JSON.parse(pin.value), proof));
  if (known) {
    const changed = !known.checked;
    known.checked = true;
    return changed;
  }
  question.querySelector("[data-proofs]").append(chip(question.dataset.criterion, proof, moment));
  return true;
}

/** Pin or loosen the suggested proofs of a question; what people added stays. */
export function pinSuggested(question, pinned) {
  for (const pin of question.querySelectorAll(`[name^="evidence."]`)) {
    if (JSON.parse(pin.value).source !== "human") pin.checked = pinned;
  }
}

const same = (one, other) => one.source === other.source && Math.round(one.start_s * 10) === Math.round(other.start_s * 10);

function chip(key, proof, moment) {
  const span = document.createElement("span");
  span.className = "proof";
  const link = document.createElement("a");
  link.className = "ev";
  link.href = `#t=${proof.start_s.toFixed(2)}`;
  Object.assign(link.dataset, { play: "", start: proof.start_s.toFixed(2), end: proof.end_s.toFixed(2) });
  if (moment) link.dataset.moment = moment;
  link.textContent = `▶ ${Math.floor(proof.start_s / 60)}:${String(Math.floor(proof.start_s % 60)).padStart(2, "0")} ${proof.text}`;
  const label = document.createElement("label");
  label.className = "pin";
  const pin = document.createElement("input");
  Object.assign(pin, { type: "checkbox", name: `evidence.${key}`, value: JSON.stringify(proof), checked: true });
  pin.setAttribute("aria-label", proof.text);
  label.append(pin);
  span.append(link, label);
  return span;
}
