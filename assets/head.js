// What the updates of a first pass do to the weights: for each of the 32 hidden units, a picture
// of how much each of its 28 × 28 weights has changed since before the pass. The changes are
// rebuilt here from the questions and the deltas (exam/model/updates.py), so no weights are sent.

const UNITS = 32, SIDE = 28, PIXELS = SIDE * SIDE;
const SCALE = 0.03, PRINT_SCALE = 0.012; // the change that is drawn in full black or white
const WEIGHT_SCALE = 0.2, LATER_SCALE = 0.12; // the same for a whole weight, and for many passes
const GAMMA = 0.6; // so that the pale print of a hundred questions is seen as well
const [SAME, UP, DOWN] = [[204, 209, 217], [27, 31, 39], [255, 255, 255]];

// The deltas as numbers, [questions × UNITS]: their largest magnitude, a bit for each that says
// whether it is there, and those that are.
const deltasOf = (encoded, questions) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer), largest = view.getFloat32(0, true);
  const count = questions * UNITS, deltas = new Float32Array(count);
  let next = 4 + count / 8;
  for (let at = 0; at < count; at++) {
    if (!(bytes[4 + (at >> 3)] & (128 >> (at & 7)))) continue;
    deltas[at] = (view.getInt16(next, true) / 32767) * largest;
    next += 2;
  }
  return deltas;
};

// The ink of each question on the picture of a sheet, as [pixel, ink of 0 to 1] where there is some.
const inks = {}; // by the picture's address; null while it is decoded
const inkOf = (address, questions) => {
  if (address in inks) return inks[address];
  inks[address] = null;
  const picture = new Image();
  picture.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(picture, 0, 0);
    inks[address] = Array.from({ length: questions }, (_, at) => {
      const [left, top] = [(at % 10) * SIDE, Math.floor(at / 10) * SIDE];
      const { data } = pen.getImageData(left, top, SIDE, SIDE);
      return Array.from({ length: PIXELS }, (_, pixel) => [pixel, data[4 * pixel + 3] / 255])
        .filter(([, ink]) => ink > 0);
    });
    redraw();
  };
  picture.src = address;
  return null;
};

// What the questions from `first` to before `end` add to the weights of all units, each by `rate`.
const addPrints = (weights, { ink, deltas }, first, end, rate) => {
  for (let at = first; at < end; at++)
    for (let unit = 0; unit < UNITS; unit++) {
      const step = -rate * deltas[at * UNITS + unit];
      if (step) for (const [pixel, share] of ink[at]) weights[unit * PIXELS + pixel] += step * share;
    }
  return weights;
};
const noWeights = () => new Float32Array(UNITS * PIXELS);

// What to draw of a study after so many updates: what the weights have `gained` before the last
// one, the `print` of the last one, and which unit the print has changed most.
const changesAfter = (study, updates) => {
  const { data } = study, { batch_size: size, learning_rate: rate } = data, count = data.order.length;
  if (study.changes?.deltas !== data.deltas || study.changes.updates > updates) {
    const ink = inkOf(pictures[data.picture] ?? data.picture, count);
    if (!ink) return null;
    const source = { ink, deltas: deltasOf(data.deltas, count) };
    const [gained, print] = [noWeights(), noWeights()];
    study.changes = { deltas: data.deltas, updates: 0, source, gained, print, most: 0, share: 0 };
  }
  const { changes } = study;
  for (; changes.updates < updates; changes.updates++) {
    const first = changes.updates * size, end = Math.min(first + size, count);
    changes.print.forEach((change, at) => (changes.gained[at] += change));
    changes.print.fill(0);
    addPrints(changes.print, changes.source, first, end, rate / (end - first));
    if (end === Math.min(updates * size, count)) Object.assign(changes, summaryOf(changes.print));
  }
  return changes;
};
const summaryOf = (print) => {
  const sums = Array(UNITS).fill(0);
  let changed = 0;
  print.forEach((change, at) => {
    sums[Math.floor(at / PIXELS)] += change * change;
    changed += change !== 0;
  });
  return { most: sums.indexOf(Math.max(...sums)), share: Math.round((100 * changed) / print.length) };
};

const paint = (canvas, weights, unit, scale) => {
  const image = new ImageData(SIDE, SIDE);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const change = Math.max(-1, Math.min(1, weights[unit * PIXELS + pixel] / scale));
    const end = change > 0 ? UP : DOWN, share = Math.abs(change) ** GAMMA;
    for (let channel = 0; channel < 3; channel++)
      image.data[4 * pixel + channel] = SAME[channel] + (end[channel] - SAME[channel]) * share;
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
};

// How far the shown pass has got: in the film, in a chapter's film of a pass, or after it.
const momentOf = ({ data, question, pass, printed = 1, dragged }) => {
  const all = data.order.length, isClean = dragged || data.answers.length === 0;
  const answered = isClean ? 0 : question ?? (data.answers_in_pass ? pass : pass > 0 ? all : 0);
  const marked = answered === all ? all : answered - (answered % data.batch_size);
  const updates = data.deltas ? Math.ceil(marked / data.batch_size) : 0;
  return { answered, marked, updates, printed: question === null ? 1 : printed };
};

const drawHead = (name) => {
  const head = part("head", name), study = studies[name];
  if (!head || !study.data.texts.head) return;
  drawView(study, head);
  if (!head.querySelector(".unit")) buildHead(head, study.data.texts.head);
  const { data } = study;
  inkOf(pictures[data.picture] ?? data.picture, data.order.length); // so that it is there in time
  const moment = momentOf(study), { updates, printed } = moment;
  const changes = data.deltas && changesAfter(study, updates);
  const looked = study.isPlaying || study.looked >= moment.marked ? null : study.looked;
  const unit = study.unit ?? (updates && changes ? changes.most : null);
  head.dataset.update = changes ? updates : 0;
  const ink = name === "study" && study.unit !== null ? inkOnUnit(study.unit) : null; // of one's own
  // Once the weights of later passes are there, for the paper, the head follows these as well.
  const later = name === "study" && study.pass > 1 ? snapshotNow(study) : null;
  const drawn = [
    data.play_id, Boolean(changes), ...Object.values(moment), looked, study.unit, ink?.up, ink?.pass, later?.pass,
  ].join();
  if (head.drawn === drawn) return;
  head.drawn = drawn;
  // First the print is made of the questions, then it goes into the weights.
  const [made, gone] = [Math.min(2 * printed, 1), Math.max(2 * printed - 1, 0)];
  const now = changes ? changes.gained.map((gain, at) => gain + gone * changes.print[at]) : noWeights();
  head.querySelectorAll("canvas.unit").forEach((canvas, at) => {
    paint(canvas, later ? gainedAt(later) : now, at, later ? LATER_SCALE : SCALE);
    canvas.classList.toggle("is-framed", at === unit);
    canvas.classList.toggle("is-large", at === study.unit);
  });
  if (ink) drawInk(head, study, ink);
  else if (later) drawLater(head, later.pass);
  else drawPrints(head, study, { ...moment, made, changes, unit, looked });
};

const drawLater = (head, pass) => {
  head.querySelector(".own").hidden = true;
  paint(head.querySelector(".batch"), noWeights(), 0, SCALE);
  setBold(head.querySelector(".says"), fill(paper.captions.later, { pass }));
};

// With a digit on the learner's paper (paper.js): the weights of the touched unit, and beside them
// ink times weight for each pixel, which the unit sums up.
const drawInk = (head, { unit }, { weights, products, ...fields }) => {
  const { captions } = paper, sum = fill(fields.output ? captions.on : captions.off, fields);
  const own = head.querySelector(".own");
  own.hidden = false;
  paint(own, weights, 0, WEIGHT_SCALE);
  paint(head.querySelector(".batch"), products, 0, WEIGHT_SCALE);
  const says = fill(captions.unit, { ...fields, unit: unit + 1, sum });
  head.querySelector(".says").replaceChildren(...withBold(says));
};

// Beside the units: the print of the last update, or, of a question that is looked at, its own and
// that of its batch.
const drawPrints = (head, { data, unit: touched }, shown) => {
  const { changes, unit, looked, made } = shown, { learning_rate: rate, texts } = data;
  const batch = batchShown(data, shown), hasOwn = looked !== null && changes && unit !== null;
  const isWriting = looked === null && shown.answered > shown.marked; // then there is no print
  const printOf = (first, end, share) =>
    addPrints(noWeights(), changes.source, first, end, (share * rate) / (end - first));
  const own = head.querySelector(".own");
  own.hidden = !hasOwn;
  if (hasOwn) paint(own, printOf(looked, looked + 1, 1), unit, PRINT_SCALE);
  const hasPrint = changes && batch.number > 0 && !isWriting;
  const print = hasPrint ? printOf(batch.first, batch.end, looked === null ? made : 1) : noWeights();
  paint(head.querySelector(".batch"), print, unit ?? 0, PRINT_SCALE);
  const fields = {
    update: batch.number, all_updates: Math.ceil(data.order.length / data.batch_size),
    questions: batch.end - batch.first, share: changes?.share, unit: unit + 1, units: UNITS,
    weights: PIXELS,
  };
  const says = captionOf({ ...shown, touched, isWriting, hasOwn, questions: fields.questions });
  head.querySelector(".says").replaceChildren(...withBold(fill(texts.head[says], fields)));
  const changed = shown.updates ? texts.head.changed : texts.head.none;
  head.querySelector(".units").setAttribute("aria-label", fill(changed, { ...fields, update: shown.updates }));
};
const batchShown = ({ order, batch_size: size }, { looked, updates }) => {
  const number = looked === null ? updates : Math.floor(looked / size) + 1, first = (number - 1) * size;
  return { number, first, end: Math.min(first + size, order.length) };
};
const captionOf = ({ touched, isWriting, hasOwn, updates, questions }) => {
  if (touched !== null) return "unit";
  if (isWriting) return "unmoved";
  if (!updates) return "none";
  if (hasOwn) return "of_question";
  return questions > 1 ? "mean" : "single";
};

const buildHead = (head, texts) => {
  for (let at = 0; at < UNITS; at++) {
    const canvas = head.querySelector(".units").appendChild(document.createElement("canvas"));
    canvas.className = "unit";
    canvas.tabIndex = at ? -1 : 0;
    canvas.role = "img";
    canvas.ariaLabel = plain(fill(texts.unit, { unit: at + 1, units: UNITS, weights: PIXELS }));
    canvas.style.transformOrigin = `${((at % 8) * 100) / 7}% ${(Math.floor(at / 8) * 100) / 3}%`;
  }
  for (const canvas of head.querySelectorAll("canvas")) [canvas.width, canvas.height] = [SIDE, SIDE];
};

// On the first screen the head stands in the place of the curves while the film is shown, and
// whenever it is asked for.
const drawView = (study, head) => {
  const views = head.parentElement.querySelector(".views");
  if (!views) return; // of a chapter
  const isFilm = study.question !== null && !study.dragged;
  if (study.wasFilm !== isFilm) Object.assign(study, { wasFilm: isFilm, view: null });
  const view = study.view ?? (isFilm ? "head" : "curves");
  // A slow browser still has questions on their way when the curves come.
  if (head.dataset.view !== view) document.querySelectorAll(".flies").forEach((digit) => digit.remove());
  head.dataset.view = view;
  for (const button of views.children)
    button.setAttribute("aria-pressed", String(button.value === view));
};
listen("click", ".views button", (button) => {
  studies.study.view = button.value;
  drawHead("study");
});

// When a batch is marked, its questions go from the sheet into the print: in the slow batches, where
// one can follow them.
const fly = (name, seconds) => {
  const { question, film, data } = studies[name], sheet = part("sheet", name);
  const print = part("head", name)?.querySelector(".batch");
  if (!print?.checkVisibility({ visibilityProperty: true }) || !sheet?.firstChild) return;
  const first = Math.floor((question - 1) / film.size) * film.size, to = print.getBoundingClientRect();
  for (const cell of [...sheet.children].slice(first, question)) {
    const from = cell.firstChild.getBoundingClientRect();
    const digit = document.body.appendChild(cell.firstChild.cloneNode());
    digit.className = "flies";
    Object.assign(digit.style, { left: `${from.left}px`, top: `${from.top}px`, width: `${from.width}px` });
    const there = `translate(${to.left - from.left}px, ${to.top - from.top}px) scale(${to.width / from.width})`;
    const pale = 1 / (question - first); // so that together they look like their mean
    const flight = digit.animate(
      [{ opacity: 0.9 }, { opacity: pale, offset: 0.25 }, { transform: there, opacity: pale }],
      { duration: 1000 * seconds, easing: "ease-in-out" });
    flight.onfinish = flight.oncancel = () => digit.remove();
  }
};

// One of the pictures that is touched grows, and says what it is.
const touch = (canvas, isTouched) => {
  const name = nameOf(canvas), at = [...canvas.parentElement.children].indexOf(canvas);
  studies[name].unit = isTouched ? at : null;
  drawHead(name);
  drawPaper(name);
};
listen("focusin", ".unit", (unit) => touch(unit, true));
listen("focusout", ".unit", (unit) => touch(unit, false));
// By its place in the grid, for the large one lies over its neighbours.
for (const what of ["pointermove", "click"])
  listen(what, ".units", (units, { clientX, clientY }) => {
    const { left, top, width, height } = units.getBoundingClientRect();
    const cell = (at, size, cells) => Math.max(0, Math.min(cells - 1, Math.floor((at / size) * cells)));
    const at = 8 * cell(clientY - top, height, UNITS / 8) + cell(clientX - left, width, 8);
    if (studies[nameOf(units)].unit !== at) touch(units.children[at], true);
  });
listen("pointerout", ".units", (units, { relatedTarget }) => {
  if (!units.contains(relatedTarget)) touch(units.firstChild, false);
});
listen("focusin", ".unit", (unit) => {
  for (const each of unit.parentElement.children) each.tabIndex = each === unit ? 0 : -1;
});
listen("keydown", ".unit", (unit, event) => moveFocus(unit, event, 8));
drawers.push(drawHead);
