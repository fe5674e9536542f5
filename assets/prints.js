// In a chapter: questions of a batch, below each its print on the weights of one hidden unit, and
// the mean of the prints, which is the update; or below the questions of a strip the prints of its
// batches.

const printed = {}; // by name, what the server has sent

const drawPrinted = (place) => {
  const data = printed[place.dataset.prints];
  const ink = data && inkOf(data.picture, 10);
  if (!ink || place.drawn === data) return;
  place.drawn = data;
  const { questions, unit, batch_size: size, learning_rate: rate } = data;
  const source = { ink, deltas: deltasOf(data.deltas, questions) };
  const addPrint = (column, first, end) => {
    const print = addPrints(noWeights(), source, first, end, rate / (end - first));
    paint(addCanvas(column), print, unit, PRINT_SCALE);
  };
  const addCanvas = (column) => {
    const canvas = column.appendChild(document.createElement("canvas"));
    [canvas.width, canvas.height] = [SIDE, SIDE];
    return canvas;
  };
  const addColumn = () => place.appendChild(document.createElement("span"));
  place.replaceChildren();
  place.classList.toggle("is-single", questions === 1);
  place.classList.toggle("is-below", size > 0);
  for (let at = 0; at < questions; at++) {
    const column = addColumn();
    if (!size) paintDigit(addCanvas(column), ink[at]);
    if (!size || (at + 1) % size === 0) addPrint(column, at + 1 - (size || 1), at + 1);
  }
  if (!data.mean || questions === 1) return;
  const column = addColumn();
  column.className = "mean";
  column.append(data.mean);
  addPrint(column, 0, questions);
};

const paintDigit = (canvas, ink) => {
  const pen = canvas.getContext("2d"), image = new ImageData(SIDE, SIDE);
  image.data.fill(255);
  for (const [pixel, share] of ink) image.data.fill(255 * (1 - share), 4 * pixel, 4 * pixel + 3);
  pen.putImageData(image, 0, 0);
};

handlers.prints = (name, data) => {
  printed[name] = data;
  redraw();
};
redraws.push(() => document.querySelectorAll(".printed").forEach(drawPrinted));
