// Paper on which one digit is written, and how it becomes a picture in the form of MNIST's:
// 28 by 28 grey values, also for the exam of one's own (writing.js).

const PAPER = 280, PEN = 20, LONGER = 20; // pixels: of the paper, its pen, and a digit's longer side
const INK = 20; // grey values from which on it is no edge of a stroke
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
    if (this.letter) [this.letter, this.strokes] = [null, []];
    this.strokes.push([this.pointOf(event)]);
    this.change();
  }
  goOn(event) {
    if (!this.canvas.hasPointerCapture(event.pointerId) || !this.strokes.length) return;
    for (const each of event.getCoalescedEvents?.() ?? [event])
      this.strokes.at(-1).push(this.pointOf(each));
    this.change();
  }
  undo() {
    this.letter = null;
    this.strokes.pop();
    this.change();
  }
  clear() {
    [this.letter, this.strokes] = [null, []];
    this.change();
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
    for (const [first, ...others] of strokes) {
      pen.beginPath();
      pen.moveTo(...first);
      pen.lineTo(...first);
      for (const point of others) pen.lineTo(...point);
      pen.stroke();
    }
    const font = `${0.75 * PAPER}px ${letter?.[1]}`;
    Object.assign(pen, { font, textAlign: "center", textBaseline: "middle" });
    if (letter) pen.fillText(letter[0], PAPER / 2, PAPER / 2);
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

// The pixels that each of so many parts of a length covers, and how much of each.
const spansOf = (from, length, parts) =>
  Array.from({ length: parts }, (_, at) => {
    const start = from + (at * length) / parts, end = from + ((at + 1) * length) / parts, found = [];
    for (let pixel = Math.max(Math.floor(start), 0); pixel < Math.min(end, PAPER); pixel++)
      found.push([pixel, Math.min(pixel + 1, end) - Math.max(pixel, start)]);
    return found;
  });

// The mean grey of each cell of w by h cells over a part of the paper, by the area that is covered.
const shrunk = (ink, [left, top, width, height], w, h) => {
  const out = new Float64Array(w * h), scale = (w * h) / (width * height);
  const rows = spansOf(top, height, h), columns = spansOf(left, width, w);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (const [row, tall] of rows[y])
        for (const [column, wide] of columns[x])
          out[w * y + x] += ink[PAPER * row + column] * tall * wide * scale;
  return out;
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
const pictureOf = (picture) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
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
