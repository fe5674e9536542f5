// The player: it takes a study as data, and plays it on its sheet, its curves and its sentences.

const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const pictures = {}; // of the hundred questions, by student, as the first screen sends them
const studies = {}; // by name: the data, the pass that is shown, the furthest one shown so far
const part = (what, name) => document.querySelector(`.${what}[data-exam="${name}"]`);
const nameOf = (element) => element.closest("[data-exam]").dataset.exam;
const hasFilm = (data) => "first_pass" in data; // even if it has not arrived yet
const lastKnown = ({ data }) => Math.max(data.answers.length - 1, 0);

// Data with the same identity continues the study that is shown, or repeats it.
const identity = ({ play_id, batch_size, passes, plays }) =>
  [play_id, batch_size, passes, plays].join(" ");
const receive = (name, sent) => {
  const data = sent.answers_in_pass ? { ...sent, ...filmOf(sent) } : sent;
  const old = studies[name];
  const isNew = !old || identity(old.data) !== identity(data);
  if (isNew) cancelAnimationFrame(old?.frame); // or it would go on in the new one
  const shown = data.shown ?? 0;
  const film = sent.first_pass ? filmOfFirstPass(sent) : null;
  const fresh = { pass: shown, reached: shown, looked: null, question: null, at: 0, printed: 1, unit: null };
  const study = isNew ? { ...fresh, speed: old?.speed, played: old?.played } : old;
  const dragged = isNew ? null : study.dragged; // more of a study may come in the middle of it
  studies[name] = Object.assign(study, { data, film, dragged });
  if (isNew && data.plays && study.played?.play_id === data.play_id) {
    // Back from other settings: go on from where it was.
    study.pass = study.reached = study.at = Math.min(study.played.reached, lastKnown(study));
    study.isPlaying = study.pass < data.passes;
  } else if (isNew && data.stands) rewind(study); // until a clicker goes on in it
  else if (isNew && data.plays) {
    study.played = { play_id: data.play_id, reached: 0 };
    rewind(study);
    study.reached = 0;
    study.isPlaying = true;
    // In a frame this moves the page around it, too: not for a study that begins by itself.
    const mayScroll = data.scrolls && (old || window.top === window);
    if (mayScroll && innerWidth <= 640) part("sheet", name)?.scrollIntoView({ block: "start" });
    else if (mayScroll && innerHeight <= 480) part("player", name)?.scrollIntoView({ block: "end" });
  }
  draw(name);
  if (study.isPlaying && isStill()) standStill(name);
  if (study.isPlaying && !isStill()) playWhenSeen(name);
  updatePlaysAhead(name);
};

// With reduced motion: show the first batch of a film, or the last pass so far.
const standStill = (name) => {
  const study = studies[name];
  if (study.question === null) {
    show(name, lastKnown(study));
    study.isPlaying = study.pass < study.data.passes;
  } else if (study.film) {
    study.isPlaying = false;
    showQuestion(name, Math.min(study.film.size, study.data.order.length));
  }
  drawPlayer(name);
};

// What comes with a chapter's answer may be below the fold, and would be over before it is seen.
const playWhenSeen = (name) => {
  const study = studies[name];
  if (!study.data.waits_for_view || !part("player", name)) return play(name);
  Object.assign(study, { isPlaying: false, waits: true });
  drawPlayer(name);
  waitForView(name);
};
const waitForView = (name) => {
  const first = part("missed", name) ?? part("player", name);
  if (!first) return;
  view.unobserve(first); // or an element already in view would not be reported
  view.observe(first);
};
const view = new IntersectionObserver((seen) => {
  for (const { isIntersecting, target } of seen)
    if (isIntersecting && studies[nameOf(target)].waits) play(nameOf(target));
});

// The player.

// Before anything is answered: at the first question of the film, or before the first pass.
const rewind = (study) => {
  Object.assign(study, { pass: 0, at: 0, printed: 1, question: hasFilm(study.data) ? 0 : null });
};

const goOnInPasses = (name, seconds) => {
  const study = studies[name], { passes, play_seconds: lasts, bend } = study.data;
  const at = Math.max(study.at, study.pass, 0.7); // the first pass at once
  const done = (at / passes) ** (1 / bend) + seconds / lasts;
  study.at = Math.min(passes * done ** bend, lastKnown(study));
  if (Math.floor(study.at) > study.pass) show(name, Math.floor(study.at), study.at);
};

const play = (name) => {
  const study = studies[name];
  cancelAnimationFrame(study.frame);
  let before = null;
  Object.assign(study, { isPlaying: true, waits: false });
  const step = (now) => {
    const seconds = ((now - (before ?? now)) / 1000) * (study.speed ?? 1);
    before = now;
    (study.question === null ? goOnInPasses : goOnInFilm)(name, seconds);
    updatePlaysAhead(name);
    if (study.pass >= study.data.passes) pause(name);
    else if (study.isPlaying) study.frame = requestAnimationFrame(step);
  };
  study.frame = requestAnimationFrame(step);
  drawPlayer(name);
};

// While the first screen's player has enough to play, the page asks the server for nothing; when
// that runs out, it asks at once (exam/page/study_view.py).
const ENOUGH = 0.5; // seconds
const updatePlaysAhead = (name) => {
  const study = studies[name], root = document.documentElement;
  if (name !== "study") return;
  const wasAhead = "playsAhead" in root.dataset;
  const isMoving = Boolean(study.isPlaying) && !isStill();
  const isAhead = isMoving && secondsLeft(study) > ENOUGH;
  root.toggleAttribute("data-plays-ahead", isAhead);
  const isMissing = lastKnown(study) < study.data.passes;
  if (wasAhead && !isAhead && isMoving && isMissing) announce("study-runs-out");
};
const secondsLeft = (study) => {
  const { data, question, at, speed = 1 } = study;
  const { passes, play_seconds: lasts, bend, hold_seconds: hold } = data;
  const until = (pass) => lasts * (pass / passes) ** (1 / bend);
  if (question === null) return (until(lastKnown(study)) - until(at)) / speed;
  if (!study.film) return 0; // its answers have not come yet
  return (study.film.ends.at(-1) - at + hold + until(lastKnown(study))) / speed;
};

const pause = (name) => {
  cancelAnimationFrame(studies[name].frame); // or one more step would undo what pauses it
  studies[name].isPlaying = false;
  updatePlaysAhead(name);
  drawPlayer(name);
};

const toggle = (name) => {
  const study = studies[name];
  if (study.isPlaying) return pause(name);
  if (study.pass >= study.data.passes) {
    rewind(study);
    draw(name);
    if (isStill() && study.question !== null) return;
  }
  if (isStill()) return study.question === null ? show(name, lastKnown(study)) : goOn(name);
  play(name);
};

const show = (name, pass, at = 0) => {
  const study = studies[name];
  study.pass = Math.min(pass, lastKnown(study));
  Object.assign(study, { question: null, at, waits: false });
  study.reached = Math.max(study.reached, study.pass);
  if (study.data.plays && study.played) study.played.reached = study.reached;
  draw(name);
};

// Drawing.

const draw = (name) => {
  for (const drawPart of drawers) drawPart(name);
  drawFollowers(name);
};

// Studies that one player plays together are at the same question or pass.
const drawFollowers = (name) => {
  const { question, pass, at, printed, data } = studies[name];
  for (const follower of data.followers ?? [])
    if (studies[follower] && question === null) show(follower, pass);
    else if (studies[follower]) showQuestion(follower, question, at, printed);
};

const updateCharts = (name) => {
  const { pass, reached, data } = studies[name], hasMarks = data.answers.length > 0;
  for (const [what, value] of [["reached", hasMarks ? reached : -1], ["pass", pass]]) {
    const input = part("player", name)?.querySelector(`.${what}`);
    if (!input) continue;
    input.value = value;
    input.dispatchEvent(new Event("input")); // it does not bubble: for the charts, not for us
  }
};

const fieldsOf = (study) => (study.question === null ? fieldsOfPass : fieldsOfFilm)(study);
const fieldsOfFilm = ({ data, question, film }) => ({
  question, marked: film?.marked[question] ?? 0, wrong: film?.wrong[question] ?? 0,
  updates: film?.updates[question] ?? 0, all_updates: Math.ceil(data.order.length / data.batch_size),
});
const fieldsOfPass = ({ data, pass }) => ({
  passes: data.passes, pass, wrong_before: data.wrong[0], wrong: data.wrong[pass],
  val_wrong: data.val_wrong[pass], gap: data.val_wrong[pass] - data.wrong[pass],
  updates: data.updates[pass], seconds: data.seconds[pass], marked: data.marked?.[pass],
});

const drawPlayer = (name) => {
  const study = studies[name], player = part("player", name);
  if (!player) return;
  const { texts, passes } = study.data, hasMarks = study.data.answers.length > 0;
  const [button, range] = [player.querySelector(".play"), player.querySelector(".pass")];
  const isAtEnd = study.pass >= passes && hasMarks, isStepping = isStill() && study.question !== null;
  const state = study.isPlaying ? "pause" : isAtEnd ? "replay" : isStepping ? "next" : "play";
  player.dataset.state = state;
  button.setAttribute("aria-label", texts[state]);
  button.title = texts[state];
  button.disabled = range.disabled = !hasMarks;
  range.max = player.querySelector(".reached").max = passes;
  range.setAttribute("aria-label", texts.range);
  if (hasMarks && texts.valuetext && study.question === null)
    range.setAttribute("aria-valuetext", fill(texts.valuetext, fieldsOf(study)));
  fillRange(range, study.pass / passes);
  const isFilm = study.question !== null, questions = study.data.order.length;
  const output = player.querySelector("output");
  output.textContent = isFilm ? `${study.question} / ${questions}` : `${study.pass} / ${passes}`;
  output.dataset.unit = isFilm || study.data.answers_in_pass ? texts.unit_question : texts.unit_pass;
  const film = player.querySelector(".question");
  if (!film) return; // of a chapter
  if (name === "study") drawStart(study);
  const [next, speed] = [player.querySelector(".next"), player.querySelector(".speed")];
  film.max = questions;
  film.value = isFilm ? study.question : study.pass > 0 ? questions : 0;
  fillRange(film, film.value / questions);
  player.dataset.shows = isFilm ? "questions" : "passes"; // on a phone there is room for one of both
  film.parentElement.dataset.name = texts.film_name;
  range.parentElement.dataset.name = texts.passes_name;
  film.disabled = next.disabled = speed.disabled = !study.film;
  film.setAttribute("aria-label", texts.film_range);
  if (isFilm) film.setAttribute("aria-valuetext", plain(fill(texts.film_summary, fieldsOf(study))));
  for (const [control, text] of [[next, texts.next], [speed, texts.slower]]) {
    control.title = text;
    control.setAttribute("aria-label", text);
  }
  speed.textContent = { 1: "1×", 0.5: "½×", 0.25: "¼×" }[study.speed ?? 1];
};

const fillRange = (range, share) => range.style.setProperty("--filled", `${100 * share}%`);

// From the press on until all is computed and played, the button says so.
const drawStart = ({ data, isPlaying }) => {
  const isStudying = data.plays && (isPlaying || data.answers.length <= data.passes);
  const text = document.querySelector(".st-key-start button p");
  if (isStudying) text?.setAttribute("data-says", data.texts.studying);
  else text?.removeAttribute("data-says");
  const root = document.documentElement;
  root.toggleAttribute("data-studying", Boolean(isStudying));
  root.toggleAttribute("data-unstudied", !data.plays);
};

// The first stop of the Tab key leads to the button, past what changes its settings.
const addSkipLink = () => {
  const link = document.querySelector(".skip") ?? document.createElement("a");
  const button = document.querySelector(".st-key-start");
  if (!button || !studies.study) return link.remove();
  button.id = "start";
  Object.assign(link, { className: "skip", href: "#start" });
  setText(link, studies.study.data.texts.skip);
  if (!link.isConnected) document.querySelector(".stApp").prepend(link);
};
redraws.push(addSkipLink);
listen("click", ".skip", (_, event) => {
  event.preventDefault();
  document.querySelector(".st-key-start button")?.focus();
});

// On a phone the bar of the button belongs to the first screen, and leaves with it.
const markFirstScreen = () => {
  const end = document.querySelector(".st-key-after") ?? part("sheet", "study");
  const isGone = end && end.getBoundingClientRect().bottom < innerHeight / 2;
  document.documentElement.toggleAttribute("data-below", Boolean(isGone));
};
document.addEventListener("scroll", markFirstScreen, { capture: true, passive: true });
redraws.push(markFirstScreen);

const drawSentence = (name) => {
  const study = studies[name], { texts, passes } = study.data;
  const sentence = part("sentence", name), live = part("live", name);
  if (!sentence) return;
  const hasMarks = study.data.answers.length > 0;
  if (!hasMarks && live) live.textContent = "";
  if (!hasMarks) return void (sentence.textContent = "");
  const isFilm = study.question !== null;
  const fields = fieldsOf(study), isMarked = fields.marked > 0 || !texts.film_unmarked;
  const filmed = isMarked ? texts.film_summary : texts.film_unmarked;
  const still = isFilm && isStill() && texts.still ? ` ${texts.still}` : "";
  sentence.replaceChildren(...withBold(fill(isFilm ? filmed + still : texts.summary, fields)));
  sentence.style.visibility = study.dragged ? "hidden" : "visible";
  if (live) speak(study, live);
};

// A screen reader hears the first update, each quarter of the passes and the end.
const speak = (study, live) => {
  const { texts, passes, play_id, order } = study.data, isFilm = study.question !== null;
  const fields = fieldsOf(study), quarter = Math.floor((4 * study.pass) / passes);
  if (isFilm ? !fields.updates : study.pass === 0) return;
  const moment = `${play_id} ${isFilm ? "first update" : quarter}`;
  if (study.spoken === moment || (isFilm && study.spoken?.startsWith(`${play_id} `))) return;
  study.spoken = moment;
  const text = isFilm ? texts.first_update : texts.valuetext;
  live.textContent = fill(text, { ...fields, questions: order.length });
};

const plain = (text) => text.replaceAll("**", "");
const withBold = (text) => text.split("**").map((part, at) => (at % 2 ? bold(part) : part));
// For use on every frame: change the text of existing nodes, since new elements cost a layout.
const setBold = (element, text) => {
  const parts = text.split("**"), nodes = [...element.childNodes];
  if (nodes.length !== parts.length) return element.replaceChildren(...withBold(text));
  parts.forEach((letters, at) => {
    const { firstChild: leaf = null } = nodes[at];
    (leaf ?? nodes[at]).nodeValue = letters;
  });
};
const bold = (text) => Object.assign(document.createElement("b"), { textContent: text });

const drawWarnings = (name) => {
  const { data, pass } = studies[name], alarm = part("player", name)?.querySelector(".alarm");
  if (!alarm) return;
  let now = "";
  for (const { key, from, until, best } of data.warnings ?? []) {
    const isShown = pass >= from && pass < until, place = document.querySelector(`.st-key-${key}`);
    place?.classList.toggle("is-shown", isShown);
    if (!isShown || best === null) continue;
    const fields = { pass, best, lowest: data.val_loss[best], val_loss: data.val_loss[pass] };
    now = fill(data.texts.alarm, fields);
    sayNow(place, pass > from ? fill(data.texts.warning_now, fields) : "");
  }
  setText(alarm, now);
};

// The warning speaks of the pass at which it came; behind that stands how it is now.
const sayNow = (place, text) => {
  const sentence = place?.querySelector("p");
  if (!sentence) return;
  const now = sentence.querySelector(".now") ?? sentence.appendChild(document.createElement("span"));
  now.className = "now";
  setText(now, text);
};

// What the learner does.

listen("click", ".player .play", (button) => toggle(nameOf(button)));
listen("input", ".player .pass", (range) => {
  pause(nameOf(range));
  show(nameOf(range), +range.value);
});

handlers.study = receive;
handlers.picture = (student, picture) => void (pictures[student] = picture);
drawers.push(drawPlayer, updateCharts, drawSentence, drawWarnings);
redraws.push(() => {
  for (const name of Object.keys(studies)) {
    if (!(part("sheet", name) ?? part("missed", name))) continue;
    draw(name);
    if (studies[name].waits) waitForView(name);
  }
});
window.exam.studies = studies;
