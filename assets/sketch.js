// A guess that is drawn into the axes before the answer comes, and then stays beside it. A line is
// drawn by a finger or the mouse, a single point by a tap; it is kept as shares of the axes.

const sketches = {}; // by chapter, and by the axes that are chosen in it
let sketching = null; // the chapter in whose axes a line is being drawn
let yourGuess = "";
const sketchOf = (place) => place.className.match(/st-key-(\w+?)_drawn/)[1];

// The panels of a chart, from top to bottom; a line is drawn in the one where it begins.
const panelsOf = (place) => {
  const within = place.querySelectorAll("svg.marks .role-scope > g > path.background");
  const panels = [...(within.length ? within : place.querySelectorAll("svg.marks path.background"))];
  const top = (panel) => panel.getBoundingClientRect().top; // groups of lines have backgrounds, too
  return panels.filter((panel, at) => panels.findIndex((each) => top(each) === top(panel)) === at);
};
const axesOf = (place) => {
  const { panel = 0 } = sketches[sketchOf(place)] ?? {};
  const back = panelsOf(place)[panel]?.getBoundingClientRect(), axis = extentOfAxis(place);
  if (!back || !axis) return null;
  return { left: axis.left, top: back.top, width: axis.width, height: back.height };
};

const drawSketch = (place) => {
  const points = sketches[sketchOf(place)] ?? [], axes = axesOf(place);
  const old = place.querySelector(".sketch");
  if (!axes || points.length === 0) return old?.remove();
  const { left, top } = place.getBoundingClientRect();
  const at = ([x, y]) => [axes.left - left + x * axes.width, axes.top - top + y * axes.height];
  const [x, y] = at(points.at(-1)), isPoint = points.length === 1;
  const line = isPoint ? `M${x - 4},${y}h8m-4,-4v8` : `M${points.map(at).join("L")}`;
  const isNearEdge = x > axes.left - left + 0.75 * axes.width;
  const drawn = svgOf("svg", { class: "sketch" });
  const anchor = { "text-anchor": isNearEdge ? "end" : "start" };
  drawn.append(svgOf("path", { d: line }), svgOf("text", { x, y: y - 8, ...anchor }));
  drawn.lastChild.textContent = yourGuess;
  old?.remove();
  place.append(drawn);
};

const svgOf = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

const addPoint = (place, { clientX, clientY }) => {
  const axes = axesOf(place), within = (share) => Math.min(Math.max(share, 0), 1);
  const x = within((clientX - axes.left) / axes.width);
  const y = within((clientY - axes.top) / axes.height);
  const points = sketches[sketchOf(place)], last = points.at(-1);
  if (last && Math.abs(last[0] - x) + Math.abs(last[1] - y) < 0.01) return;
  points.push([x, y]);
  drawSketch(place);
};

// A chapter's axes before its guess, and those of the first screen as long as they are empty.
const DRAWING = "[class*='_drawn']:has([class*='_drawing']), [data-unstudied] .st-key-study_drawn";
listen("pointerdown", "svg.marks", (svg, event) => {
  const place = svg.closest(DRAWING);
  if (!place || !axesOf(place)) return;
  event.preventDefault(); // or the names of the axes are selected
  place.dataset.armed = ""; // from now on a finger draws here, and does not move the page
  sketching = place;
  const isHere = (panel) => event.clientY <= panel.getBoundingClientRect().bottom;
  const panel = Math.max(panelsOf(place).findIndex(isHere), 0);
  sketches[sketchOf(place)] = Object.assign([], { panel });
  addPoint(place, event);
});
document.addEventListener("pointermove", (event) => {
  if (sketching?.isConnected && event.buttons) addPoint(sketching, event);
});
document.addEventListener("pointerup", () => (sketching = null));
document.addEventListener("pointercancel", () => {
  if (!sketching) return; // the page was moved instead
  sketches[sketchOf(sketching)] = [];
  drawSketch(sketching);
  sketching = null;
});

handlers.sketch = (text) => {
  yourGuess = text;
};
redraws.push(() => {
  for (const place of document.querySelectorAll("[class*='_drawn']")) drawSketch(place);
});
