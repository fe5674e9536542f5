// Sends the requests of the first screen's paper to the server (assets/paper.js): for the
// student's weights, or to keep a digit for the learner's own exam.
const stops = new WeakMap();

export default function ({ parentElement, setTriggerValue }) {
  stops.get(parentElement)?.(); // Streamlit calls what is returned only when the element goes
  const hear = ({ detail: { what, value } }) => setTriggerValue(what, value);
  const stop = () => document.removeEventListener("paper", hear);
  stops.set(parentElement, stop);
  document.addEventListener("paper", hear);
  return stop;
}
