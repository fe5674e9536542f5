// The buttons beside a slider: they move it here, so that six quick presses make six.

const setSlider = (name, to) => {
  const input = document.querySelector(`.st-key-${name} input[type="range"]`);
  const value = Math.min(Math.max(to(+input.value), +input.min), +input.max);
  const focused = document.activeElement;
  input.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true })); // as a finger does
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  window.dispatchEvent(new PointerEvent("pointerup"));
  focused.focus();
};
listen("click", "[data-slider]", ({ dataset }) =>
  setSlider(dataset.slider, (now) => (dataset.to ? +dataset.to : now + +dataset.by)));

listen("click", ".preset", ({ dataset }) => {
  for (const name of ["batch_size", "epochs"]) setSlider(name, () => +dataset[name]);
});

// Which of the quick picks is set.
const markPicks = () => {
  const set = studies.study ? setNow(studies.study) : {};
  for (const pick of document.querySelectorAll(".picks button"))
    pick.setAttribute("aria-pressed", String(+pick.dataset.to === set[pick.dataset.slider]));
};
redraws.push(markPicks);

// While a slider is dragged, the formula and the batches on the sheet follow it, since Streamlit
// tells the server only on release. The previous study's results are not shown beside a different
// formula.

const THUMB = "[data-testid='stSliderThumbValue']";
const batchesOf = (size) => {
  const sizes = Array(Math.floor(100 / size)).fill(size);
  if (100 % size) sizes.push(100 % size);
  return sizes;
};
const setNow = ({ data, dragged }) => ({ batch_size: data.batch_size, epochs: data.passes, ...dragged });
const drag = (name, value) => {
  const study = studies.study;
  if (!study) return;
  const set = { ...setNow(study), [name]: value }, { data } = study;
  const isMoved = set.batch_size !== data.batch_size || set.epochs !== data.passes;
  if (study.isPlaying && isMoved) pause("study");
  study.dragged = isMoved ? set : null;
  draw("study");
};

// The call of fit() with what is set, and how many updates that makes:
// 100 = 32+32+32+4 → 4 updates a pass, 4 × 20 = 80.
const drawFormula = () => {
  const formula = document.querySelector(".formula"), study = studies.study;
  if (!formula || !study) return;
  const { batch_size: size, epochs } = setNow(study), sizes = batchesOf(size);
  const sum = sizes.length > 5 ? [...sizes.slice(0, 2), "…", ...sizes.slice(-2)] : sizes;
  const updates = sizes.length, all = updates * epochs;
  const fields = { batches: sum.join("+"), updates, epochs, all_updates: all };
  const code = document.createElement("code");
  code.textContent = `model.fit(x, y, batch_size=${size}, epochs=${epochs})`;
  const count = document.createElement("span");
  count.append(...withBold(fill(study.data.texts.updates_sum, fields)));
  formula.replaceChildren(code, count);
};
redraws.push(drawFormula);
drawers.push((name) => {
  if (name !== "study") return;
  drawFormula();
  markPicks();
});
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const thumb = target.parentElement?.closest(THUMB);
    const name = thumb?.closest(".st-key-batch_size") ? "batch_size" : "epochs";
    if (thumb?.closest(".st-key-batch_size, .st-key-epochs")) drag(name, +thumb.textContent);
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true });
