// The keys of a presenter's clicker go through the steps, or turn the page of what is longer than
// the screen; they are never meant for a slider, a guess or Streamlit.

const FORWARD = ["PageDown", "ArrowRight", "ArrowDown", " "], OTHERS = ["F5", "b", "B", "."];
const BACK = ["PageUp", "ArrowLeft", "ArrowUp"], PAGE = 0.85, LEAST = 0.15; // of the screen
const DOUBLE = 350; // milliseconds between two presses that are meant
let stepped = -DOUBLE;

const isBusy = (element) =>
  element.matches?.("input:not([type='range'], [role='combobox']), textarea") ||
  element.closest?.("[aria-expanded='true'], [role='listbox']") ||
  element.matches?.("[data-variant='segmented_control']:focus-visible"); // reached by Tab

const turn = (direction) => {
  const screen = document.querySelector("[data-testid='stMain']"), { scrollTop, clientHeight } = screen;
  const rest = direction > 0 ? screen.scrollHeight - scrollTop - clientHeight : scrollTop;
  const step = document.querySelector(`.st-key-step_${direction > 0 ? "next" : "back"} button`);
  if (!step || rest > LEAST * clientHeight)
    return screen.scrollBy({ top: direction * PAGE * clientHeight });
  if (performance.now() - stepped < DOUBLE) return; // a press that bounced
  stepped = performance.now();
  step.click();
  screen.scrollTo({ top: 0 });
};
window.addEventListener("keydown", (event) => {
  const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
  if (isBusy(event.target) || isShortcut) return;
  if (![...FORWARD, ...BACK, ...OTHERS].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!OTHERS.includes(event.key) && !event.repeat) turn(BACK.includes(event.key) ? -1 : 1);
}, true);
