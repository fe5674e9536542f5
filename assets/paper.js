// The last of the unseen questions on the first screen is the learner's own: paper in the place of
// the sheet, and ten bars that move as the learner writes, for the student at the shown pass. The
// drawing stays in the browser unless it is sent to the learner's own exam.

const NO_ANSWER = 10_000; // milliseconds, after which what was asked for may have been lost
const paper = { isOpen: false, picture: null, meant: null, sent: "", asked: "", askedAt: 0 };
paper.drawing = new Drawing(() => {
  Object.assign(paper, { picture: paper.drawing.centred, meant: null, sent: "" });
  drawPaper("study");
});

const tell = (what, value) => document.dispatchEvent(new CustomEvent("paper", { detail: { what, value } }));

const askForWeights = ({ data }) => {
  const wanted = isStudied(data) ? `${data.picture} ${studyOf(data)}` : `${data.picture}`;
  const now = performance.now(), isNew = paper.asked !== wanted;
  if (!isNew && now - paper.askedAt < NO_ANSWER) return;
  Object.assign(paper, { asked: wanted, askedAt: now });
  tell("weights", true);
};

// The answer to a picture at the pass that is shown: { snapshot, confidence, answer }, or null.
let lastRead = {};
const read = (picture) => {
  const study = studies.study;
  if (!study) return null;
  if (!hasWeightsOf(study)) askForWeights(study);
  const snapshot = picture && snapshotNow(study);
  if (!snapshot) return null;
  if (lastRead.picture === picture && lastRead.snapshot === snapshot) return lastRead;
  const confidence = answerTo(snapshot, picture);
  lastRead = { picture, snapshot, confidence, answer: confidence.indexOf(Math.max(...confidence)) };
  return lastRead;
};
// What a unit does with the digit on the paper, or null; `pushes` is what it adds to each answer.
const inkOnUnit = (unit) => {
  const snapshot = paper.picture && read(paper.picture)?.snapshot;
  if (!snapshot) return null;
  const products = productsOf(snapshot, paper.picture, unit);
  const output = Math.max(products.up - products.down + products.bias, 0);
  return { pass: snapshot.pass, ...products, output, pushes: pushesOf(snapshot, output, unit) };
};
const signed = (number) => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(1)}`;
const percentOf = (share) => Math.min(99, Math.round(100 * share)); // as of all answers (results.py)

// A bar for each answer, in elements of this kind; beside it how sure the answer is, or what a unit
// adds to it.
const drawBars = (place, kind, reading, pushes = null) => {
  while (place.children.length < DIGITS) {
    const bar = document.createElement(kind), number = place.children.length;
    for (const part of ["b", "i", "small"]) bar.append(document.createElement(part));
    bar.lastChild.append("");
    bar.firstChild.textContent = number;
    if (kind === "button") Object.assign(bar, { type: "button", value: number, tabIndex: number ? -1 : 0 });
    place.append(bar);
  }
  [...place.children].forEach((bar, digit) => {
    const share = reading?.confidence[digit] ?? 0, isAnswer = reading?.answer === digit;
    bar.style.setProperty("--confidence", (100 * share).toFixed(1));
    bar.classList.toggle("is-answer", isAnswer);
    setBold(bar.lastChild, pushes ? signed(pushes[digit]) : isAnswer ? `${percentOf(share)}%` : "");
  });
};

// What is said of it: who answers what, and then what the learner may do.
const saysOf = ({ data, pass }, reading) => {
  const { meant, picture, captions } = paper;
  if (!picture) return captions.ask;
  if (!reading) return isStudied(data) || pass === 0 ? captions.loading : captions.studying;
  const { answer, confidence, snapshot } = reading;
  const fields = { answer, confidence: percentOf(confidence[answer]), pass: snapshot.pass, meant };
  const answered = snapshot.pass === pass ? captions.answer : captions.near;
  const then = meant === null ? captions.which : meant === answer ? captions.right : captions.fooled;
  return `${fill(snapshot.pass ? answered : captions.guess, fields)} ${fill(then, fields)}`;
};

const drawPaper = (name) => {
  const panel = document.querySelector(".own-paper"), study = studies.study;
  if (name !== "study" || !panel || !study || !paper.captions) return;
  const { play_id } = study.data, { drawing, picture, meant, captions } = paper;
  if (paper.play_id !== play_id) Object.assign(paper, { play_id, isOpen: false }); // the sheet is solved
  panel.hidden = !paper.isOpen;
  drawing.attach(panel.querySelector("canvas"));
  const reading = paper.isOpen || picture ? read(picture) : null, bars = panel.querySelector(".answers");
  const ink = study.unit === null ? null : inkOnUnit(study.unit);
  drawBars(bars, "button", reading, ink?.output ? ink.pushes : null);
  for (const bar of bars.children) {
    const digit = +bar.value, confidence = percentOf(reading?.confidence[digit] ?? 0);
    const label = fill(captions.bar, { digit, confidence });
    if (bar.ariaLabel !== label) bar.ariaLabel = label;
    bar.setAttribute("aria-pressed", digit === meant);
    bar.disabled = !reading;
  }
  setBold(panel.querySelector(".says"), saysOf(study, reading));
  panel.querySelector(".clear").disabled = drawing.isEmpty;
  panel.querySelector(".typed").disabled = drawing.strokes.length > 0; // or it would be lost
  const isFooled = reading && meant !== null && meant !== reading.answer;
  panel.querySelector(".send").hidden = !isFooled || Boolean(paper.sent);
  for (const told of panel.querySelectorAll("[data-sent]")) told.hidden = told.dataset.sent !== paper.sent;
  drawOwnQuestion(reading);
  document.dispatchEvent(new Event("student-changed"));
  drawHead("study");
};

// In the row of unseen questions it stands as the others do.
const drawOwnQuestion = (reading) => {
  const place = document.querySelector(".own-question"), { picture, meant, isOpen, captions } = paper;
  if (!place) return;
  const [digit, mark] = place.children;
  place.setAttribute("aria-expanded", isOpen);
  if (!picture) digit.replaceChildren();
  else if (place.picture !== picture) {
    if (!digit.firstChild) digit.append(pictureOf(picture));
    else paintInk(digit.firstChild, picture);
  }
  place.picture = picture;
  const answer = reading?.answer, isRight = answer === meant;
  const sign = meant === null ? "" : isRight ? "○ " : "✕ ";
  place.classList.toggle("is-wrong", Boolean(reading) && meant !== null && !isRight);
  place.classList.toggle("is-empty", !picture);
  const shown = reading ? `${sign}${answer}\n${percentOf(reading.confidence[answer])}%` : captions.open;
  setBold(mark, picture && !reading ? "" : shown);
};

const openPaper = (isOpen) => {
  paper.isOpen = isOpen;
  drawPaper("study");
  document.querySelector(isOpen ? ".own-paper canvas" : ".own-question")?.focus({ preventScroll: true });
  if (!isOpen) return;
  const { top, bottom } = document.querySelector(".own-paper").getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) part("sheet", "study").scrollIntoView({ block: "start" });
};
// For a screen reader, when a stroke or a letter is done.
const speakAnswer = () => {
  const panel = document.querySelector(".own-paper");
  setText(panel.querySelector(".spoken"), panel.querySelector(".says").textContent);
};

listen("click", ".own-question", () => openPaper(!paper.isOpen));
listen("click", ".own-paper .close", () => openPaper(false));
listen("click", ".own-paper .clear", () => paper.drawing.clear());
let typed = 0;
const type = (digit) => {
  typed = (digit + 1) % DIGITS;
  paper.drawing.type(digit);
  speakAnswer();
};
listen("click", ".own-paper .typed", () => type(typed));
listen("click", ".own-paper .answers button", (bar) => {
  paper.meant = paper.meant === +bar.value ? null : +bar.value;
  drawPaper("study");
});
listen("click", ".own-paper .send", () => {
  const { centred, small, typed: isTyped } = paper.drawing.pictures;
  paper.sent = "waiting";
  tell("written", { at: paper.meant, centred: asText(centred), small: asText(small), typed: isTyped });
  drawPaper("study");
  setTimeout(offerAgain, NO_ANSWER);
});
const offerAgain = () => {
  if (paper.sent === "waiting") paper.sent = "";
  drawPaper("study");
};
listen("pointerup", ".own-paper canvas", speakAnswer);
listen("keydown", ".own-paper", (panel, event) => {
  if (event.key === "Escape") openPaper(false);
  if (/^[0-9]$/.test(event.key)) type(+event.key);
});
listen("keydown", ".own-paper .answers button", (bar, event) => moveFocus(bar, event, 1));

handlers.paper = (captions) => {
  paper.captions = captions;
  drawPaper("study");
};
handlers.paper_sent = (isKept) => {
  paper.sent = isKept ? "kept" : "refused";
  drawPaper("study");
};
drawers.push(drawPaper);
// For the exam of one's own (writing.js), which is a module of its own.
Object.assign(window.exam, { Drawing, onPress, asText, pictureOf, drawBars, read });
