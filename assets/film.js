// A pass as a film, question by question: what the student writes, and what is marked when the key is
// opened at the end of a batch.

// A frame for each number of questions that are answered. A batch is marked when its last question is
// answered; until then its answers are letters, "a" for 0.
const filmOf = ({ answers_in_pass, order, key, batch_size: size }) => {
  const film = { answers: [], marked: [], wrong: [], updates: [], val_wrong: [], seconds: [] };
  for (let count = 0; count <= order.length; count++) {
    const until = count === order.length ? count : count - (count % size);
    const frame = order.map(() => " ");
    order.slice(0, count).forEach((question, at) => {
      const answer = answers_in_pass[question];
      frame[question] = at < until ? answer : String.fromCharCode(97 + +answer);
    });
    film.answers.push(frame.join(""));
    film.marked.push(until);
    const isWrong = (answer, at) => answer > " " && answer < "a" && answer !== key[at];
    film.wrong.push(frame.filter(isWrong).length);
    film.updates.push(Math.ceil(until / size));
  }
  return film;
};

// On the first screen the film of the first pass comes before the passes. `question` is how many
// questions are answered, and null while passes are shown; `at` is the second of the film; `printed`
// is how much of the last update's print is drawn (head.js).

const SPEEDS = [1, 0.5, 0.25], LEAST_STRIDE = 5;
const FIRST = 1.2, SECOND = 0.8, LATER = 4, MOST_OF_LATER = 0.6; // seconds of the batches
const LEAST = 3; // seconds of a film with few batches
const FLIGHT = 0.15; // seconds; if it is shorter, nobody sees the questions become a print
const WRITING = 0.55; // of the time of a batch; then it is marked, and printed

// The second at which each batch has been printed: the first ones slowly, then faster and faster.
const endsOfBatches = (count) => {
  const later = Math.min(LATER, MOST_OF_LATER * (count - 2));
  const squares = Array.from({ length: count }, (_, at) => (2 / (at + 1)) ** 2);
  const extra = squares.slice(2).reduce((sum, each) => sum + each, 0);
  const last = (later - SECOND * extra) / (count - 2 - extra);
  let end = 0;
  const ends = squares.map((square, at) =>
    (end += at === 0 ? FIRST : at === 1 ? SECOND : last + (SECOND - last) * square));
  return ends.map((each) => each * Math.max(1, LEAST / end));
};

const filmOfFirstPass = (data) => {
  const size = data.paced_by ?? data.batch_size;
  const ends = endsOfBatches(Math.ceil(data.order.length / size));
  return { ...filmOf({ ...data, answers_in_pass: data.first_pass }), size, ends };
};
const batchOfFilm = ({ film: { ends, size }, data: { order } }, number) => {
  const first = number * size, begin = ends[number - 1] ?? 0, lasts = ends[number] - begin;
  const questions = Math.min(size, order.length - first);
  return { first, questions, begin, lasts, marked: begin + WRITING * lasts };
};
const secondOf = (study, question) => {
  if (!study.film || question === 0) return 0;
  const number = Math.ceil(question / study.film.size) - 1;
  const { first, questions, begin, lasts } = batchOfFilm(study, number), done = question - first;
  return done === questions ? study.film.ends[number] : begin + (WRITING * lasts * done) / questions;
};
const frameAt = (study, second) => {
  const number = study.film.ends.findIndex((end) => end > second);
  if (number < 0) return { question: study.data.order.length, printed: 1 };
  const { first, questions, begin, lasts, marked } = batchOfFilm(study, number);
  if (second >= marked) return { question: first + questions, printed: (second - marked) / (begin + lasts - marked) };
  return { question: first + Math.floor((questions * (second - begin)) / (marked - begin)), printed: 1 };
};
// Even if a slow computer draws few frames, each end of a batch of five or more questions is
// drawn.
const nextFrameNeeded = (study, second) => {
  const { ends, size } = study.film, group = Math.ceil(LEAST_STRIDE / size);
  for (let number = group - 1; number < ends.length - 1; number += group) {
    const { marked } = batchOfFilm(study, number);
    if (marked > second) return marked;
  }
  const { marked } = batchOfFilm(study, ends.length - 1);
  return marked > second ? marked : Infinity;
};

const showQuestion = (name, question, at = null, printed = 1) => {
  const study = studies[name];
  Object.assign(study, { question, printed, at: at ?? secondOf(study, question), pass: 0 });
  draw(name);
};

const goOnInFilm = (name, seconds) => {
  const study = studies[name];
  if (!study.film) return; // its answers have not come yet
  const at = Math.min(study.at + seconds, nextFrameNeeded(study, study.at));
  const { question, printed } = frameAt(study, at);
  const isMarked = question > study.question && printed < 1;
  const left = (study.film.ends.find((end) => end > at) ?? at) - at;
  if (question !== study.question || printed !== study.printed) showQuestion(name, question, at, printed);
  if (isMarked && left >= FLIGHT) fly(name, left / 2 / (study.speed ?? 1));
  study.at = at;
  if (at >= study.film.ends.at(-1) + study.data.hold_seconds) show(name, 1);
};

// One batch on, or one pass.
const goOn = (name) => {
  const study = studies[name], { question, data: { order, batch_size: size } } = study;
  pause(name);
  if (question !== null && !study.film) return; // its answers have not come yet
  if (question === null) show(name, study.pass + 1);
  else if (question === order.length) show(name, 1);
  else showQuestion(name, Math.min((Math.floor(question / size) + 1) * size, order.length));
};

const slower = (name) => {
  const study = studies[name], now = SPEEDS.indexOf(study.speed ?? 1);
  study.speed = SPEEDS[(now + 1) % SPEEDS.length];
  drawPlayer(name);
};

listen("click", ".player .next", (button) => goOn(nameOf(button)));
listen("click", ".player .speed", (button) => slower(nameOf(button)));
listen("input", ".player .question", (range) => {
  const question = +range.value; // before it is drawn anew
  pause(nameOf(range));
  showQuestion(nameOf(range), question);
});
listen("keydown", ".player .question, .player .pass", (range, event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  goOn(nameOf(range));
});
