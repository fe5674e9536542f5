// Nothing jumps when a result comes: a chapter keeps its height until its conclusion is there, and
// a chart's place keeps the height of the chart, which may be recreated.

const SETTLED = 1000; // milliseconds without a change
const releases = new WeakMap(); // by chapter
const contentOf = (chapter) => chapter.firstElementChild.offsetHeight;
const isConcluded = (chapter) => chapter.querySelector("[class*='_conclusion']");

const CHART = "[data-testid='stVegaLiteChart']";
const leavePlaces = () => {
  for (const place of document.querySelectorAll("[data-chart]"))
    if (!place.querySelector(CHART)) place.style.minHeight = ""; // something else stands there now
};

const kept = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    const chapter = target.parentElement, height = contentOf(chapter) + Number(chapter.dataset.padding);
    if (height > parseFloat(chapter.style.minHeight)) chapter.style.minHeight = `${height}px`;
    clearTimeout(releases.get(chapter));
    if (isConcluded(chapter)) releases.set(chapter, setTimeout(() => release(chapter), SETTLED));
  }
});
// The empty space that is left at the end shrinks gradually, however few frames are drawn.
const PIXELS_A_SECOND = 100;
const release = (chapter) => {
  leavePlaces();
  kept.unobserve(chapter.firstElementChild);
  const height = contentOf(chapter), seconds = (chapter.offsetHeight - height) / PIXELS_A_SECOND;
  chapter.style.transition = `min-height ${seconds}s linear`;
  chapter.style.minHeight = `${height}px`;
};
listen("click", "[class*='_begin'] button", (button) => {
  const chapter = button.closest("[data-testid='stExpanderDetails'], [data-testid='stMainBlockContainer']");
  chapter.style.transition = chapter.style.minHeight = "";
  if (isConcluded(chapter)) return; // the guess is made again
  chapter.dataset.padding = chapter.offsetHeight - contentOf(chapter);
  chapter.style.minHeight = `${chapter.offsetHeight}px`;
  kept.observe(chapter.firstElementChild);
});
redraws.push(() => {
  leavePlaces();
  for (const svg of document.querySelectorAll(`${CHART} svg.marks`)) {
    const place = svg.closest("[data-testid='stElementContainer']");
    place.dataset.chart = "";
    place.style.minHeight = `${svg.clientHeight}px`;
  }
});
