// Digits that a learner writes, one after the other, each brought into the form of MNIST's pictures.
// A digit reaches the server as two pictures of 28 by 28 grey values: in that form, and only small.

const SIZE = 280, PEN = 20, SIDE = 28, LONGER = 20; // pixels: of the paper, and of a picture
const INK = 20; // grey values from which on it is no edge of a stroke
const AFTER_TAP = 500; // milliseconds in which a click is that of the tap before
const AGAIN = 10_000; // milliseconds without an answer, after which a digit may have been lost
const FACES = ["serif", "sans-serif", "monospace", "cursive"];

// The mean grey of each cell of w by h cells over a part of the paper, by the area that is covered.
const shrunk = (ink, [left, top, width, height], w, h) => {
  const out = new Float64Array(w * h);
  const spans = (from, length, parts, at) => {
    const start = from + (at * length) / parts, end = from + ((at + 1) * length) / parts, found = [];
    for (let n = Math.floor(start); n < end; n++)
      if (n >= 0 && n < SIZE) found.push([n, Math.min(n + 1, end) - Math.max(n, start)]);
    return found;
  };
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (const [row, tall] of spans(top, height, h, y))
        for (const [column, wide] of spans(left, width, w, x))
          out[w * y + x] += (ink[SIZE * row + column] * tall * wide * w * h) / (width * height);
  return out;
};

// The longer side becomes 20 pixels, and the centre of mass the centre of the 28 by 28.
const inForm = (ink) => {
  let [left, top, right, bottom] = [SIZE, SIZE, 0, 0];
  ink.forEach((grey, at) => {
    if (grey < INK) return;
    const x = at % SIZE, y = Math.floor(at / SIZE);
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
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

// A browser may take a tap that comes soon after a stroke for a part of it, and send no click.
const onPress = (button, react) => {
  let tapped = -AFTER_TAP;
  button.onpointerup = ({ pointerType }) => {
    if (button.disabled || pointerType === "mouse") return;
    tapped = performance.now();
    react();
  };
  button.onclick = () => performance.now() - tapped < AFTER_TAP || react();
};

class Pad {
  constructor(place) {
    const part = (what) => place.querySelector(`.${what}`);
    [this.ask, this.paper, this.list] = ["ask", "paper", "written"].map(part);
    this.buttons = Object.fromEntries(["undo", "clear", "done", "typed"].map((n) => [n, part(n)]));
    this.pen = this.paper.getContext("2d", { willReadFrequently: true });
    Object.assign(this.pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    [this.strokes, this.face, this.at, this.pictures] = [[], 0, 0, []];
    this.paper.addEventListener("pointerdown", (event) => this.begin(event));
    this.paper.addEventListener("pointermove", (event) => this.goOn(event));
    for (const [name, button] of Object.entries(this.buttons)) onPress(button, () => this[name]());
    this.draw();
  }
  pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.paper.getBoundingClientRect();
    return [((clientX - left) * SIZE) / width, ((clientY - top) * SIZE) / height];
  }
  begin(event) {
    if (!event.isPrimary || event.button) return; // a second finger, or another button
    this.paper.setPointerCapture(event.pointerId);
    if (this.letter) this.clear();
    this.strokes.push([this.pointOf(event)]);
    this.draw();
  }
  goOn(event) {
    if (!this.paper.hasPointerCapture(event.pointerId)) return;
    for (const each of event.getCoalescedEvents?.() ?? [event])
      this.strokes.at(-1).push(this.pointOf(each));
    this.draw();
  }
  undo() {
    this.letter = null;
    this.strokes.pop();
    this.draw();
  }
  clear() {
    [this.letter, this.strokes] = [null, []];
    this.draw();
  }
  typed() {
    this.clear();
    this.letter = [this.data.digits[this.at], FACES[this.face++ % FACES.length]];
    this.draw();
  }
  done() {
    const { data } = this.pen.getImageData(0, 0, SIZE, SIZE);
    const ink = Float64Array.from({ length: SIZE * SIZE }, (_, at) => data[4 * at + 3]);
    const centred = inForm(ink);
    if (!centred) return;
    const small = Uint8Array.from(shrunk(ink, [0, 0, SIZE, SIZE], SIDE, SIDE), Math.round);
    this.pictures[this.at] = { centred, small, typed: Boolean(this.letter) };
    this.sendNext();
    const next = this.data.digits.findIndex((_, at) => !this.pictures[at]);
    this.go(next < 0 ? this.at : next);
  }
  // One at a time, until the server has them all as they are here, whatever was lost on the way.
  sendNext() {
    clearTimeout(this.timer);
    const isNew = (picture, at) => picture?.small && asText(picture.centred) !== this.data.sent_before[at];
    const at = this.pictures.findIndex(isNew);
    if (at < 0 || !this.paper.isConnected) return;
    this.timer = setTimeout(() => this.sendNext(), AGAIN);
    const { centred, small, typed } = this.pictures[at];
    this.send("written", { at, centred: asText(centred), small: asText(small), typed });
  }
  go(at, isChosen = false) {
    [this.at, this.isChosen] = [at, isChosen];
    this.clear();
  }
  show(data, send) {
    [this.data, this.send] = [data, send];
    for (const at of data.refused) delete this.pictures[at];
    data.sent_before.forEach((text, at) => {
      if (text) this.pictures[at] ??= { centred: Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) };
    });
    this.sendNext();
    for (const [name, button] of Object.entries(this.buttons)) button.textContent = data.texts[name];
    this.draw();
  }
  draw() {
    const { pen, strokes, letter, data } = this;
    pen.clearRect(0, 0, SIZE, SIZE);
    for (const [first, ...others] of strokes) {
      pen.beginPath();
      pen.moveTo(...first);
      pen.lineTo(...first);
      for (const point of others) pen.lineTo(...point);
      pen.stroke();
    }
    Object.assign(pen, { font: `${0.75 * SIZE}px ${letter?.[1]}`, textAlign: "center", textBaseline: "middle" });
    if (letter) pen.fillText(letter[0], SIZE / 2, SIZE / 2);
    if (!data) return;
    const isEmpty = !strokes.length && !letter, digit = data.digits[this.at];
    const isAll = data.digits.every((_, at) => this.pictures[at]) && isEmpty && !this.isChosen;
    this.ask.textContent = isAll ? data.texts.all : data.texts.ask.replace("{digit}", digit);
    this.paper.setAttribute("aria-label", this.ask.textContent);
    for (const name of ["undo", "clear", "done"]) this.buttons[name].disabled = isEmpty;
    this.list.replaceChildren(...data.digits.map((each, at) => this.item(each, at, isAll)));
  }
  item(digit, at, isAll) {
    const item = document.createElement("button"), picture = this.pictures[at];
    Object.assign(item, { type: "button", textContent: picture ? "" : digit });
    onPress(item, () => {
      this.go(at, true);
      this.paper.focus({ preventScroll: true });
    });
    item.setAttribute("aria-label", this.data.texts[picture ? "again" : "ask"].replace("{digit}", digit));
    item.setAttribute("aria-current", at === this.at && !isAll);
    if (picture) item.append(pictureOf(picture.centred));
    return item;
  }
}
const pictureOf = (picture) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const shown = new ImageData(SIDE, SIDE);
  picture.forEach((grey, at) => (shown.data[4 * at + 3] = grey));
  canvas.getContext("2d").putImageData(shown, 0, 0);
  return canvas;
};

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.pad ??= new Pad(parentElement.querySelector(".writing"));
  parentElement.pad.show(data, setTriggerValue);
}
