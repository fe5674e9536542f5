// Reruns the fragment that it is in, when the server has said to (exam/page/ask_again.py).
const stops = new WeakMap();
const AGAIN = 10_000; // milliseconds without an answer, after which the request may have been lost

export default function ({ data: { seconds, unless, on }, parentElement, setTriggerValue }) {
  stops.get(parentElement)?.(); // Streamlit calls the returned function only on removal
  let timer;
  const ask = () => {
    clearTimeout(timer);
    setTriggerValue("now", true);
    askIn(AGAIN);
  };
  const isIdle = () => Boolean(unless) && unless in document.documentElement.dataset;
  const askIn = (milliseconds) => {
    const next = () => (isIdle() ? askIn(milliseconds) : ask());
    timer = setTimeout(next, milliseconds);
  };
  const hear = (event) => (event.preventDefault(), ask());
  const stop = () => {
    document.removeEventListener(on, hear);
    clearTimeout(timer);
  };
  stops.set(parentElement, stop);
  if (seconds !== null) askIn(1000 * seconds);
  if (on) document.addEventListener(on, hear);
  if (window.exam?.unheard?.delete(on)) ask();
  return stop;
}
