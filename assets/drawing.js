// Paper on which one digit is written, and how it becomes a picture in the form of MNIST's:
// 28 by 28 grey values, also for the exam of one's own (writing.js).

const PAPER = 280, PEN = 20, LONGER = 20; // pixels: of the paper, its pen, and a digit's longer side
const INK = 20; // grey value from which on a pixel is not just a stroke's edge
const FACES = ["serif", "sans-serif", "monospace", "cursive"];

class Drawing {
  constructor(onChange) {
    [this.onChange, this.strokes, this.letter, this.faces] = [onChange, [], null, 0];
  }
  // The canvas to write on; another one if Streamlit has replaced it.
  attach(canvas) {
    if (this.canvas === canvas) return;
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(this.pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.goOn(event));
    this.draw();
  }
  get isEmpty() {
    return !this.strokes.length && !this.letter;
  }
  pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) * PAPER) / width, ((clientY - top) * PAPER) / height];
  }
  begin(event) {
    if (!event.isPrimary || event.button) return; // a second finger, or another button
    this.canvas.setPointerCapture(event.pointerId);
    if (this.letter) this.wipe();
    const point = this.pointOf(event);
    this.strokes.push([point]);
    this.drawLine([point]);
    this.onChange();
  }
  goOn(event) {
    const stroke = this.strokes.at(-1);
    if (!this.canvas.hasPointerCapture(event.pointerId) || !stroke) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const points = (coalesced.length ? coalesced : [event]).map((each) => this.pointOf(each));
    this.drawLine([stroke.at(-1), ...points]); // all strokes again would take longer than a frame
    stroke.push(...points);
    this.onChange();
  }
  undo() {
    this.letter = null;
    this.strokes.pop();
    this.change();
  }
  clear() {
    this.wipe();
    this.onChange();
  }
  wipe() {
    [this.letter, this.strokes] = [null, []];
    this.draw();
  }
  // In another typeface each time.
  type(digit) {
    [this.strokes, this.letter] = [[], [digit, FACES[this.faces++ % FACES.length]]];
    this.change();
  }
  change() {
    this.draw();
    this.onChange();
  }
  draw() {
    const { pen, strokes, letter } = this;
    if (!pen) return;
    pen.clearRect(0, 0, PAPER, PAPER);
    for (const stroke of strokes) this.drawLine(stroke);
    const font = `${0.75 * PAPER}px ${letter?.[1]}`;
    Object.assign(pen, { font, textAlign: "center", textBaseline: "middle" });
    if (letter) pen.fillText(letter[0], PAPER / 2, PAPER / 2);
  }
  drawLine([[x, y], ...others]) {
    this.pen.beginPath();
    this.pen.moveTo(x, y);
    this.pen.lineTo(x + 0.1, y); // a line without a length would leave no dot
    for (const point of others) this.pen.lineTo(...point);
    this.pen.stroke();
  }
  get ink() {
    const { data } = this.pen.getImageData(0, 0, PAPER, PAPER), ink = new Uint8Array(PAPER * PAPER);
    for (let at = 0; at < ink.length; at++) ink[at] = data[4 * at + 3];
    return ink;
  }
  // In MNIST's form; null without ink.
  get centred() {
    return inForm(this.ink);
  }
  // That, and the paper only made small.
  get pictures() {
    const { ink } = this, centred = inForm(ink);
    if (!centred) return null;
    const small = Uint8Array.from(shrunk(ink, [0, 0, PAPER, PAPER], SIDE, SIDE), Math.round);
    return { centred, small, typed: Boolean(this.letter) };
  }
}

// For each of `rows` rows of `length` numbers, the sums over `parts` equal parts of the stretch of
// `size` that begins at `from`; each number is weighted by how much of it the part covers.
const partSums = (numbers, rows, length, from, size, parts) => {
  const sums = new Float64Array(rows * parts);
  for (let part = 0; part < parts; part++) {
    const start = from + (part * size) / parts, end = from + ((part + 1) * size) / parts;
    for (let at = Math.max(Math.floor(start), 0); at < Math.min(Math.ceil(end), length); at++) {
      const share = Math.min(at + 1, end) - Math.max(at, start);
      for (let row = 0; row < rows; row++) sums[row * parts + part] += numbers[row * length + at] * share;
    }
  }
  return sums;
};
const turned = (numbers, rows, columns) =>
  Float64Array.from(numbers, (_, at) => numbers[(at % rows) * columns + Math.floor(at / rows)]);

// The mean grey of each cell of w by h cells over a part of the paper, by the area that is covered.
const shrunk = (ink, [left, top, width, height], w, h) => {
  const wide = partSums(ink, PAPER, PAPER, left, width, w); // PAPER rows of w columns
  const small = partSums(turned(wide, PAPER, w), w, PAPER, top, height, h); // w rows of h columns
  return turned(small, w, h).map((sum) => (sum * w * h) / (width * height));
};

// The longer side becomes 20 pixels, and the centre of mass the centre of the 28 by 28.
const inForm = (ink) => {
  let [left, top, right, bottom] = [PAPER, PAPER, 0, 0];
  ink.forEach((grey, at) => {
    if (grey < INK) return;
    const x = at % PAPER, y = Math.floor(at / PAPER);
    if (x < left) left = x;
    if (x >= right) right = x + 1;
    if (y < top) top = y;
    if (y >= bottom) bottom = y + 1;
  });
  if (left >= right) return null;
  const scale = LONGER / Math.max(right - left, bottom - top);
  const [w, h] = [right - left, bottom - top].map((side) => Math.max(1, Math.round(side * scale)));
  const small = shrunk(ink, [left, top, right - left, bottom - top], w, h);
  let mass = 0, across = 0, down = 0;
  small.forEach((grey, at) => {
    mass += grey;
    across += grey * ((at % w) + 0.5);
    down += grey * (Math.floor(at / w) + 0.5);
  });
  const shift = (centre, side) =>
    Math.min(Math.max(Math.round(SIDE / 2 - centre / mass), 0), SIDE - side);
  const [dx, dy] = [shift(across, w), shift(down, h)], out = new Uint8Array(SIDE * SIDE);
  small.forEach((grey, at) => {
    out[SIDE * (Math.floor(at / w) + dy) + (at % w) + dx] = Math.round(grey);
  });
  return out;
};

const asText = (picture) => btoa(String.fromCharCode(...picture));
const pictureOf = (picture) =>
  paintInk(Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE }), picture);
const paintInk = (canvas, picture) => {
  const shown = new ImageData(SIDE, SIDE);
  picture.forEach((grey, at) => (shown.data[4 * at + 3] = grey));
  canvas.getContext("2d").putImageData(shown, 0, 0);
  return canvas;
};

// A browser may take a tap that comes soon after a stroke for a part of it, and send no click.
const AFTER_TAP = 500; // milliseconds in which a click is that of the tap before
const onPress = (button, react) => {
  let tapped = -AFTER_TAP;
  button.onpointerup = ({ pointerType }) => {
    if (button.disabled || pointerType === "mouse") return;
    tapped = performance.now();
    react();
  };
  button.onclick = () => performance.now() - tapped < AFTER_TAP || react();
};
