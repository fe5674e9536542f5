// Runs the fragment in which it stands again, when the server said it should (ask_again.py).
const timers = new WeakMap();
const AGAIN = 10_000; // milliseconds without an answer, after which the question may have been lost

export default function ({ data, parentElement, setTriggerValue }) {
  const ask = () => setTriggerValue("now", true);
  const isIdle = () => Boolean(data.unless) && data.unless in document.documentElement.dataset;
  const askIn = (milliseconds) => {
    clearTimeout(timers.get(parentElement));
    const next = () => (isIdle() ? askIn(milliseconds) : (ask(), askIn(AGAIN)));
    timers.set(parentElement, setTimeout(next, milliseconds));
  };
  if (data.seconds !== null) askIn(1000 * data.seconds);
  const lines = data.seconds === null && !data.on ? askWhenTheLineIsBack(ask) : null;
  const hear = (event) => (event.preventDefault(), ask());
  if (data.on) document.addEventListener(data.on, hear);
  if (data.on && window.exam?.unheard?.delete(data.on)) ask();
  return () => {
    if (data.on) document.removeEventListener(data.on, hear);
    clearTimeout(timers.get(parentElement));
    lines?.disconnect();
  };
}

// What was asked while the line was cut is lost, and a server that began anew knows nothing of us.
const askWhenTheLineIsBack = (ask) => {
  const app = document.querySelector("[data-testid='stApp']");
  const isThere = () => app.dataset.testConnectionState === "CONNECTED";
  let was = isThere();
  const observer = new MutationObserver(() => {
    if (isThere() && !was) ask();
    was = isThere();
  });
  observer.observe(app, { attributeFilter: ["data-test-connection-state"] });
  return observer;
};
