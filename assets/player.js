// The player: it takes a study as data, and plays it on its sheet, its curves and its sentences.
// Nothing here asks the server for anything.

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const pictures = {}; // of the hundred questions, by student, as the first screen sends them
const studies = {}; // by name: the data, the pass that is shown, the furthest one shown so far
const part = (what, name) => document.querySelector(`.${what}[data-exam="${name}"]`);
const nameOf = (element) => element.closest("[data-exam]").dataset.exam;
const lastKnown = ({ data }) => Math.max(data.answers.length - 1, 0);

// A first pass as a film, a frame for each question: what is answered, and what is checked, for a
// batch is checked when its last question is answered. Until then its answers are letters.
const filmOf = ({ solved, order, key, batch_size: size }) => {
  const film = { answers: [], marked: [], wrong: [], updates: [], val_wrong: [], seconds: [] };
  for (let count = 0; count <= order.length; count++) {
    const until = count === order.length ? count : count - (count % size);
    const frame = order.map(() => " ");
    order.slice(0, count).forEach((question, at) => {
      const answer = solved[question];
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

const receive = (name, sent) => {
  const data = sent.solved ? { ...sent, ...filmOf(sent) } : sent;
  const old = studies[name];
  const isNew = !old || old.data.run !== data.run;
  if (isNew) cancelAnimationFrame(old?.frame); // or it would go on in the new one
  const shown = data.shown ?? 0;
  const study = isNew ? { pass: shown, reached: shown, looked: null } : old;
  studies[name] = Object.assign(study, { data });
  if (isNew && data.plays) {
    study.pass = study.reached = 0;
    study.isPlaying = true;
    // In a frame this moves the page around it, too: not for a study that begins by itself.
    const mayScroll = data.scrolls && (old || window.top === window);
    if (mayScroll && innerWidth <= 640) part("sheet", name)?.scrollIntoView({ block: "start" });
  }
  draw(name);
  if (study.isPlaying && isStill()) {
    show(name, lastKnown(study));
    study.isPlaying = study.pass < data.passes;
    drawPlayer(name);
  }
  if (study.isPlaying && !isStill()) play(name);
};

// The player.

const play = (name) => {
  const study = studies[name];
  cancelAnimationFrame(study.frame);
  let before = null, at = Math.max(study.pass, 0.7); // the first pass at once
  study.isPlaying = true;
  const step = (now) => {
    const { passes, lasts, bend } = study.data; // it lasts so many seconds
    const done = (at / passes) ** (1 / bend) + (now - (before ?? now)) / 1000 / lasts;
    at = Math.min(passes * done ** bend, lastKnown(study));
    before = now;
    if (Math.floor(at) !== study.pass) show(name, Math.floor(at));
    if (study.pass >= passes) pause(name);
    else if (study.isPlaying) study.frame = requestAnimationFrame(step);
  };
  study.frame = requestAnimationFrame(step);
  drawPlayer(name);
};

const pause = (name) => {
  cancelAnimationFrame(studies[name].frame); // or one more step would undo what pauses it
  studies[name].isPlaying = false;
  drawPlayer(name);
};

const toggle = (name) => {
  const study = studies[name];
  if (study.isPlaying) return pause(name);
  if (study.pass >= study.data.passes) show(name, 0);
  if (isStill()) return show(name, lastKnown(study));
  play(name);
};

const show = (name, pass) => {
  const study = studies[name];
  study.pass = Math.min(pass, lastKnown(study));
  study.reached = Math.max(study.reached, study.pass);
  draw(name);
  for (const follower of study.data.followers ?? []) if (studies[follower]) show(follower, pass);
};

// Drawing.

const draw = (name) => {
  drawSheet(name);
  drawPlayer(name);
  tellCharts(name);
  drawSentence(name);
  drawWarnings(name);
};

const tellCharts = (name) => {
  const { pass, reached } = studies[name];
  for (const [what, value] of [["reached", reached], ["pass", pass]]) {
    const input = part("player", name)?.querySelector(`.${what}`);
    if (!input) continue;
    input.value = value;
    input.dispatchEvent(new Event("input")); // it does not bubble: for the charts, not for us
  }
};

const fieldsOf = ({ data, pass }) => ({
  passes: data.passes, pass, wrong_before: data.wrong[0], wrong: data.wrong[pass],
  val_wrong: data.val_wrong[pass], gap: data.val_wrong[pass] - data.wrong[pass],
  updates: data.updates[pass], seconds: data.seconds[pass], marked: data.marked?.[pass],
});

const drawPlayer = (name) => {
  const study = studies[name], player = part("player", name);
  if (!player) return;
  const { words, passes } = study.data, hasMarks = study.data.answers.length > 0;
  const [button, range] = [player.querySelector(".play"), player.querySelector(".pass")];
  const state = study.isPlaying ? "pause" : study.pass >= passes && hasMarks ? "replay" : "play";
  player.dataset.state = state;
  button.setAttribute("aria-label", words[state]);
  button.title = words[state];
  button.disabled = range.disabled = !hasMarks;
  range.max = player.querySelector(".reached").max = passes;
  range.setAttribute("aria-label", words.range);
  if (hasMarks && words.valuetext)
    range.setAttribute("aria-valuetext", fill(words.valuetext, fieldsOf(study)));
  range.style.setProperty("--known", `${(100 * lastKnown(study)) / passes}%`);
  player.querySelector("output").textContent = `${study.pass} / ${passes}`;
};

const drawSentence = (name) => {
  const study = studies[name], { words, passes } = study.data;
  const sentence = part("sentence", name), live = part("live", name);
  if (!sentence) return;
  const hasMarks = study.data.answers.length > 0;
  if (!hasMarks && live) live.textContent = "";
  if (!hasMarks) return void (sentence.textContent = "");
  const parts = fill(words.summary, fieldsOf(study)).split("**");
  sentence.replaceChildren(...parts.map((text, at) => (at % 2 ? bold(text) : text)));
  const quarter = Math.floor((4 * study.pass) / passes);
  if (!live || study.spoken === `${study.data.run} ${quarter}` || study.pass === 0) return;
  study.spoken = `${study.data.run} ${quarter}`;
  live.textContent = fill(words.valuetext, fieldsOf(study));
};

const bold = (text) => Object.assign(document.createElement("b"), { textContent: text });

const drawWarnings = (name) => {
  const { data, pass } = studies[name];
  for (const { key, from, until } of data.warnings ?? []) {
    const place = document.querySelector(`.st-key-${key}`);
    if (place) place.classList.toggle("is-shown", pass >= from && pass < until);
  }
};

// What the learner does.

listen("click", ".player .play", (button) => toggle(nameOf(button)));
listen("input", ".player .pass", (range) => {
  pause(nameOf(range));
  show(nameOf(range), +range.value);
});

acts.study = receive;
acts.picture = (student, picture) => void (pictures[student] = picture);
redraws.push(() => {
  for (const name of Object.keys(studies)) if (part("sheet", name)) draw(name);
});
window.exam.studies = studies;
