// What the scripts of the page share, and what is done when Streamlit replaces elements.
// The files are joined into one script, this one first and the others in any order
// (exam/page/browser.py), so each sees what the others declare.
// Streamlit drops a script in which "<" stands before a letter or a digit: put a space after it.

// The server pushes data to a handler by its name; some of it before this script is there.

const handlers = {}; // one for each name, in the file that uses the data
const handle = ([name, ...values]) => handlers[name](...values);
const pushed = window.exam ?? [];
const unheard = new Set(); // events that came before anything listened for them
window.exam = { push: handle, unheard };
// A part of the page that listens asks the server (ask_again.js).
const announce = (event) => {
  const isHeard = !document.dispatchEvent(new Event(event, { cancelable: true }));
  if (!isHeard) unheard.add(event);
};
queueMicrotask(() => pushed.forEach(handle)); // as soon as all files have run

// A study is drawn by these functions of its name, each in the file of what it draws (player.js).
const drawers = [];

// Streamlit may replace elements, so the document listens for them.

const listen = (what, selector, react) =>
  document.addEventListener(what, (event) => {
    const element = event.target.closest?.(selector);
    if (element) react(element, event);
  });

// Setting the same text again, as on every frame, would trigger the page's MutationObservers.
const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// The arrow keys go from one element of a grid to the next, in rows of so many.
const moveFocus = (element, event, row) => {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key];
  const all = [...element.parentElement.children], to = all[all.indexOf(element) + by];
  if (!by || !to) return;
  event.preventDefault();
  to.focus();
};

// Texts, filled in like those of the page: {wrong}, {val_wrong:.1f}, {updates:update|updates}.
const fill = (text, fields) =>
  text.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, format = "") => {
    const value = fields[name];
    if (format.startsWith(".")) return value.toFixed(+format[1]);
    const number = typeof value === "number" ? value.toLocaleString("en") : value;
    if (!format.includes("|")) return number;
    const [one, many] = format.split("|");
    return `${number} ${value === 1 ? one : many}`;
  });

// If the element that had the focus is gone or disabled, the one in its place gets it.

let focused = ""; // the key of the Streamlit element that has it
document.addEventListener("pointerdown", () => (focused = ""), true);
listen("focusin", "[class*='st-key-']", ({ classList }) => {
  focused = [...classList].find((name) => name.startsWith("st-key-"));
});
const keepFocus = () => {
  // In a frame, the page around it may have the focus.
  if (!focused || !document.hasFocus() || document.activeElement !== document.body) return;
  const near = document.querySelector(`.${focused} :is(button, input, summary):not(:disabled)`);
  near?.focus({ preventScroll: true });
};

// A request made while the connection was lost never arrives, and a server that has restarted has
// forgotten the visit. So the page asks again when the connection is back.

let wasThere = true;
const lookAtLine = () => {
  const app = document.querySelector("[data-testid='stApp']");
  const isThere = app?.dataset.testConnectionState === "CONNECTED";
  if (isThere && !wasThere) announce("line-back");
  wasThere = isThere;
};

// Redraw what Streamlit has replaced: an empty sheet, a chart that has been bound again.

const redraws = []; // by the other files
let isDue = false;
const redraw = () => {
  isDue = false;
  for (const draw of redraws) draw();
  for (const line of document.querySelectorAll("[class*='_spoken']")) line.role = "status";
  // Vega refers to a gradient by the page's full address, which changes.
  for (const filled of document.querySelectorAll("svg.marks [fill^='url(']"))
    filled.setAttribute("fill", filled.getAttribute("fill").replace(/url\([^#]*#/, "url(#"));
  for (const title of document.querySelectorAll(TITLES)) {
    title.role = "heading";
    title.ariaLevel = 4; // below that of its group
  }
  // Streamlit names a slider twice.
  for (const input of document.querySelectorAll("[data-testid='stSlider'] input"))
    if (input.ariaLabel) input.removeAttribute("aria-labelledby");
};
addEventListener("resize", redraw); // a phone that is turned has other columns
const TITLES = "[class*='_open'] summary [data-testid='stMarkdownContainer']"; // of chapters
const OURS = [
  ".sheet", ".head", ".printed", ".player", ".picks", ".formula", "svg.marks", "details", "[data-testid='stSlider']",
  "[class*='st-key-warning']", "[class*='_spoken']",
].join();
const SEEN = ["disabled", "data-test-connection-state"]; // attributes
new MutationObserver((changes) => {
  lookAtLine();
  requestAnimationFrame(keepFocus);
  const isOurs = (node) => node.nodeType === 1 && (node.matches(OURS) || node.querySelector(OURS));
  if (isDue || !changes.some((change) => [...change.addedNodes].some(isOurs))) return;
  isDue = true;
  requestAnimationFrame(redraw);
}).observe(document.body, { childList: true, subtree: true, attributeFilter: SEEN });
