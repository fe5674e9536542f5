// The curves of a recording, drawn without Vega, which a file alone cannot load: what curves.py
// draws of the last run, up to the pass that the player shows.

const PANEL = { width: 480, height: 108, left: 48, right: 124, gap: 14, below: 44 };

acts.curves = ({ panels, epochs, names, across, alt, best, best_label: bestLabel }) => {
  const { width, height, left, right, gap, below } = PANEL, bottom = 2 * height + gap;
  const svg = document.querySelector(".curves");
  svg.setAttribute("viewBox", `0 -8 ${width} ${bottom + below + 8}`);
  svg.setAttribute("aria-label", alt);
  const add = (name, attributes, text = "") => {
    const element = svg.appendChild(document.createElementNS(svg.namespaceURI, name));
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
  };
  const x = (pass) => left + (pass / epochs) * (width - left - right);
  const drawPanel = ({ title, domain: [low, high], ticks, digits, lines }, top, pass, reached) => {
    const y = (value) => top + (height * (high - value)) / (high - low);
    add("text", { transform: `translate(12 ${top + height / 2}) rotate(-90)`, "text-anchor": "middle" }, title);
    add("path", { d: `M${left} ${top}V${top + height}H${x(epochs)}`, class: "axis" });
    for (const tick of ticks) add("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick);
    if (best[pass] !== null) add("path", { d: `M${x(best[pass])} ${top}v${height}`, class: "best" });
    for (const [series, values] of Object.entries(lines)) {
      for (const [kind, last] of [["ghost", reached], ["line", pass]]) {
        const points = values.slice(0, last + 1).map((value, at) => `${x(at)},${y(value)}`).join(" ");
        add("polyline", { points, class: `${kind} ${series}` });
      }
      const at = y(values[pass]), aside = series === "unseen" ? -5 : 13;
      add("circle", { cx: x(pass), cy: at, r: 4, class: series });
      const said = `${names[series]} ${values[pass].toFixed(digits[series])}`;
      add("text", { x: x(pass) + 8, y: at + aside, class: `tip ${series}` }, said);
    }
  };
  const drawAxis = (pass) => {
    const every = Math.ceil(epochs / 5);
    for (let at = 0; at <= epochs; at += every)
      add("text", { x: x(at), y: bottom + 16, "text-anchor": "middle" }, at);
    add("text", { x: (x(0) + x(epochs)) / 2, y: bottom + 36, "text-anchor": "middle" }, across);
    if (best[pass] === null) return;
    add("text", { x: x(best[pass]) + 5, y: height + gap + 12 }, bestLabel.replace("{epoch}", best[pass]));
  };
  const [passes, reaches] = ["pass", "reached"].map((id) => document.getElementById(id));
  const drawCurves = () => {
    const pass = +passes.value, reached = +reaches.value;
    svg.replaceChildren();
    panels.forEach((panel, number) => drawPanel(panel, number * (height + gap), pass, reached));
    drawAxis(pass);
  };
  passes.addEventListener("input", drawCurves);
  svg.onclick = ({ clientX }) => {
    const box = svg.getBoundingClientRect(), at = ((clientX - box.left) * width) / box.width;
    goToShare((at - left) / (width - left - right));
  };
  drawCurves();
};
