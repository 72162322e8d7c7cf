// How a person likes to listen, kept in this browser from call to call.

/** The kept value of a habit, or `otherwise`. */
export function habit(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(`qm-${name}`)) ?? otherwise; } catch { return otherwise; }
}

/** Keep a habit. */
export function keepHabit(name, value) {
  try { localStorage.setItem(`qm-${name}`, JSON.stringify(value)); } catch { /* private mode: asked anew each time */ }
}
