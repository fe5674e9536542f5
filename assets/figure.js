// The figure of the study, or the map beside the buttons, as a file: what is drawn, under its title and its setting, over its source.
(() => {
  const MARGIN = 24, LINE = 20, LEAST_WIDTH = 640, SCALE = 2, SVG = "http://www.w3.org/2000/svg";

  const figure = (near, { title, setting, source }) => {
    const drawn = near.querySelector("[data-testid='stVegaLiteChart'] svg.marks");
    const { width: drawnWidth, height: drawnHeight } = drawn.viewBox.baseVal;
    const width = Math.max(LEAST_WIDTH, drawnWidth); // a phone's figure grows with its letters
    const height = (drawnHeight * width) / drawnWidth;
    const page = getComputedStyle(document.querySelector("[data-testid='stApp']"));
    const whole = width + 2 * MARGIN;
    const svg = document.createElementNS(SVG, "svg");
    const add = (name, attributes, text = "") => {
      const element = svg.appendChild(document.createElementNS(SVG, name));
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.textContent = text;
      return element;
    };
    const top = MARGIN + 2 * LINE + 8, end = top + height + LINE + MARGIN;
    svg.setAttribute("viewBox", `0 0 ${whole} ${end}`);
    svg.setAttribute("width", whole);
    svg.setAttribute("height", end);
    svg.setAttribute("font-family", page.fontFamily);
    svg.setAttribute("color", page.color); // what the chart calls currentColor
    add("title", {}, `${title} · ${setting}`);
    add("rect", { width: whole, height: end, fill: page.backgroundColor });
    const text = { x: MARGIN, fill: page.color };
    add("text", { ...text, y: MARGIN + 14, "font-size": 17, "font-weight": 700 }, title);
    add("text", { ...text, y: MARGIN + 14 + LINE, "font-size": 13 }, setting);
    const copy = svg.appendChild(drawn.cloneNode(true));
    for (const [key, value] of Object.entries({ x: MARGIN, y: top, width, height }))
      copy.setAttribute(key, value);
    add("text", { ...text, y: end - MARGIN / 2, "font-size": 11 }, source);
    return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
  };

  const painted = async (svg) => {
    const image = new Image(), address = URL.createObjectURL(svg);
    image.src = address;
    await image.decode();
    URL.revokeObjectURL(address);
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * image.width;
    canvas.height = SCALE * image.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  };

  const take = async (button) => {
    const { dataset } = button, svg = figure(button.closest(".st-key-map") ?? document, dataset);
    const file = dataset.ending === "png" ? await painted(svg) : svg;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${dataset.name}.${dataset.ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  for (const button of document.querySelectorAll(".figure-files button"))
    button.onclick = () => take(button);
})();
