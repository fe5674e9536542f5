// Tells the server what the paper of the first screen wants of it (assets/paper.js): the weights of
// the student, or that a digit is kept for the exam of one's own.
const stops = new WeakMap();

export default function ({ parentElement, setTriggerValue }) {
  stops.get(parentElement)?.(); // Streamlit calls what is returned only when the element goes
  const hear = ({ detail: { what, value } }) => setTriggerValue(what, value);
  const stop = () => document.removeEventListener("paper", hear);
  stops.set(parentElement, stop);
  document.addEventListener("paper", hear);
  return stop;
}
