// The keys of a presenter's clicker go through the steps, or turn the page of what is longer than
// the screen; they are never meant for a slider, a guess or Streamlit.

const FORWARD = ["PageDown", "ArrowRight", "ArrowDown", " "], OTHERS = ["F5", "b", "B", "."];
const BACK = ["PageUp", "ArrowLeft", "ArrowUp"], PAGE = 0.85, LEAST = 0.15; // of the screen
const DOUBLE = 350; // milliseconds between two presses that are meant
const WRITTEN_IN = "textarea, input:is([type='text'], [type='number'], :not([type])):not([role='combobox'])";
let stepped = -DOUBLE, steppedTo = 0;

// What was reached by Tab is meant to be used by keys; what was clicked is not.
let isByTab = false;
window.addEventListener("pointerdown", () => (isByTab = false), true);

const isBusy = (element) =>
  element.matches?.(WRITTEN_IN) ||
  element.closest?.("[role='combobox'][aria-expanded='true'], [role='listbox']") ||
  (isByTab && element.matches?.("[data-variant='segmented_control']"));

// Whether there is so much left above or below that a press turns the page.
const isLonger = ({ scrollTop, clientHeight, scrollHeight }, direction) =>
  (direction > 0 ? scrollHeight - scrollTop - clientHeight : scrollTop) > LEAST * clientHeight;
const theScreen = () => document.querySelector("[data-testid='stMain']");

const turn = (direction) => {
  const screen = theScreen();
  const step = document.querySelector(`.st-key-step_${direction > 0 ? "next" : "back"} button`);
  if (!step || isLonger(screen, direction))
    return screen.scrollBy({ top: direction * PAGE * screen.clientHeight });
  if (direction === steppedTo && performance.now() - stepped < DOUBLE) return; // a press that bounced
  [stepped, steppedTo] = [performance.now(), direction];
  const press = new CustomEvent("clicker", { detail: direction, cancelable: true });
  if (!document.dispatchEvent(press)) return; // the step went on within itself (hall/heads.js)
  step.click();
  screen.scrollTo({ top: 0 });
};
const markLonger = () =>
  document.documentElement.toggleAttribute("data-longer", isLonger(theScreen(), 1));
document.addEventListener("scroll", markLonger, true);
// A step fills the screen (hall/steps.css); one with too much for that is scrolled.
const arrange = () => {
  const screen = theScreen(), { scrollTop } = screen, page = document.documentElement;
  page.removeAttribute("data-scrolls");
  fitQuestion();
  const { scrollHeight, clientHeight } = screen;
  page.toggleAttribute("data-scrolls", scrollHeight > (1 + LEAST) * clientHeight);
  screen.scrollTop = scrollTop;
  markLonger();
};
let settling = 0; // a chart may still be drawn in the size of the step before
const onChange = () => {
  arrange();
  clearTimeout(settling);
  settling = setTimeout(arrange, 300);
};
const block = document.querySelector("[data-testid='stMainBlockContainer']");
new MutationObserver(onChange).observe(block, { childList: true, subtree: true });
new ResizeObserver(onChange).observe(block);
window.addEventListener("keydown", (event) => {
  isByTab ||= event.key === "Tab";
  const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
  if (isBusy(event.target) || isShortcut) return;
  if (![...FORWARD, ...BACK, ...OTHERS].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!OTHERS.includes(event.key) && !event.repeat) turn(BACK.includes(event.key) ? -1 : 1);
}, true);
