// Digits that a learner writes, one after the other, for an exam of one's own. A digit reaches the
// server as two pictures: in the form of MNIST's, and only made small (drawing.js).

const AGAIN = 10_000; // milliseconds without an answer, after which a digit may have been lost

class Pad {
  constructor(place) {
    const { Drawing, onPress } = window.exam, part = (what) => place.querySelector(`.${what}`);
    [this.ask, this.paper, this.list, this.bars] = ["ask", "paper", "written", "answers"].map(part);
    this.buttons = Object.fromEntries(["undo", "clear", "done", "typed"].map((n) => [n, part(n)]));
    [this.at, this.pictures] = [0, []];
    this.drawing = new Drawing(() => this.draw());
    this.drawing.attach(this.paper);
    for (const [name, button] of Object.entries(this.buttons)) onPress(button, () => this[name]());
    document.addEventListener("student-changed", () => this.paper.isConnected && this.drawBars());
  }
  undo() {
    this.drawing.undo();
  }
  clear() {
    this.drawing.clear();
  }
  typed() {
    this.drawing.type(this.data.digits[this.at]);
  }
  done() {
    const { pictures } = this.drawing;
    if (!pictures) return;
    this.pictures[this.at] = pictures;
    this.sendNext();
    const next = this.data.digits.findIndex((_, at) => !this.pictures[at]);
    this.go(next >= 0 ? next : this.at);
  }
  // One at a time, until the server has all of them in their current form, even if some got lost.
  sendNext() {
    clearTimeout(this.timer);
    const { asText } = window.exam;
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
    const isFirst = !this.data;
    if (!isFirst && String(this.data.digits) !== String(data.digits)) this.pictures = []; // asked anew
    [this.data, this.send] = [data, send];
    for (const at of data.refused) delete this.pictures[at];
    data.sent_before.forEach((text, at) => {
      if (text) this.pictures[at] ??= { centred: Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) };
    });
    if (isFirst) this.at = Math.max(0, data.digits.findIndex((_, at) => !this.pictures[at]));
    this.sendNext();
    for (const [name, button] of Object.entries(this.buttons)) button.textContent = data.texts[name];
    this.draw();
  }
  draw() {
    const { data, drawing: { isEmpty } } = this;
    if (!data) return;
    const digit = data.digits[this.at];
    const isAll = data.digits.every((_, at) => this.pictures[at]) && isEmpty && !this.isChosen;
    this.ask.textContent = isAll ? data.texts.all : data.texts.ask.replace("{digit}", digit);
    this.paper.setAttribute("aria-label", this.ask.textContent);
    for (const name of ["undo", "clear", "done"]) this.buttons[name].disabled = isEmpty;
    this.list.replaceChildren(...data.digits.map((each, at) => this.item(each, at, isAll)));
    this.picture = isEmpty ? null : this.drawing.centred;
    this.drawBars();
  }
  // What the student of the first screen answers meanwhile; a hall guesses first.
  drawBars() {
    if (!this.data?.reads) return;
    const reading = this.picture ? window.exam.read(this.picture) : null;
    window.exam.drawBars(this.bars, "span", reading);
    this.bars.hidden = !reading;
    this.bars.setAttribute("aria-label", this.data.texts.reads);
  }
  item(digit, at, isAll) {
    const { onPress, pictureOf } = window.exam;
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

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.pad ??= new Pad(parentElement.querySelector(".writing"));
  parentElement.pad.show(data, setTriggerValue);
}
