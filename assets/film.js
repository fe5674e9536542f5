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
// questions are answered, and null while passes are shown.

const SPEEDS = [1, 0.5, 0.25], LEAST_STRIDE = 5;

const showQuestion = (name, question, at = question) => {
  const study = studies[name];
  Object.assign(study, { question, at, pass: 0 });
  draw(name);
};

const goOnInFilm = (name, seconds) => {
  const study = studies[name], { film_seconds: lasts, hold_seconds: hold } = study.data;
  const { order, batch_size: size } = study.data, last = order.length;
  if (!study.film) return; // its answers have not come yet
  // However few frames a slow computer draws, the end of each batch of ten and more is one of them.
  const stride = Math.max(size, LEAST_STRIDE), end = (Math.floor(study.at / stride) + 1) * stride;
  const at = study.at + (seconds * last) / lasts;
  study.at = study.at < last ? Math.min(at, end, last) : at;
  const question = Math.min(Math.floor(study.at), last);
  if (question !== study.question) showQuestion(name, question, study.at);
  if (study.at >= last * (1 + hold / lasts)) show(name, 1);
};

// One batch on, or one pass.
const goOn = (name) => {
  const study = studies[name], { question, data: { order, batch_size: size } } = study;
  pause(name);
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
