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
