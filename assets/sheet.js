// The marked sheet: a hundred questions, what is answered to each, and whether it is right.

const drawSheet = (name) => {
  const study = studies[name], sheet = part("sheet", name);
  if (!sheet) return;
  const { data, dragged } = study, size = dragged?.batch_size ?? data.batch_size;
  const isFilm = Boolean(data.answers_in_pass) || study.question !== null;
  const columns = (innerWidth > 640 ? data.columns : data.narrow_columns) ?? 10;
  const count = data.order.length, rows = data.rows ?? count / 10; // of the picture, ten questions in a row
  sheet.style.setProperty("--columns", columns);
  sheet.style.setProperty("--ratio", (columns * columns) / count);
  sheet.classList.toggle("is-strip", columns * columns !== count);
  if (!sheet.firstChild)
    for (let at = 0; at < count; at++) {
      const cell = sheet.appendChild(document.createElement("button"));
      cell.type = "button";
      cell.className = "cell";
      cell.tabIndex = at ? -1 : 0;
      const paper = cell.appendChild(document.createElement("s")); // the digit, and beside it the mark
      const down = (Math.floor(at / 10) * 100) / Math.max(rows - 1, 1);
      paper.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${down}%`;
      paper.style.backgroundSize = `1000% ${rows * 100}%`;
      cell.appendChild(document.createElement("i"));
    }
  sheet.setAttribute("aria-label", data.texts.sheet);
  const picture = `url("${pictures[data.picture] ?? data.picture}")`;
  const batchOf = (at) => Math.floor(at / size);
  const [now, before] = [answersOf(study), answersOf(study, 1)];
  [...sheet.children].forEach((cell, at) => {
    const { answer, state } = answerAt(data, now, at);
    const hasEnd = (other, isNear) => isNear && other < count && batchOf(other) !== batchOf(at);
    const isNew = isFilm && ["right", "wrong"].includes(state);
    cell.dataset.state = state;
    const isFramed = Boolean(data.framed?.includes(data.order[at])); // its key is misprinted
    const signs = { right: isFramed ? `\n${answer}` : "○", wrong: `✕\n${answer}`, given: `\n${answer}`, "": "" };
    cell.lastChild.textContent = signs[state];
    cell.classList.toggle("is-new", isNew && answerAt(data, before, at).state !== state);
    cell.classList.toggle("ends-right", size > 0 && hasEnd(at + 1, (at + 1) % columns !== 0));
    cell.classList.toggle("ends-below", size > 0 && hasEnd(at + columns, true));
    cell.classList.toggle("is-odd", size > 0 && batchOf(at) % 2 === 1);
    cell.classList.toggle("is-framed", isFramed);
    cell.setAttribute("aria-label", describe(study, at));
    const paper = cell.firstChild;
    if (paper.style.backgroundImage !== picture) paper.style.backgroundImage = picture;
  });
  drawDetail(name);
};

// The answers that are shown, or those a step before.
const answersOf = ({ data, dragged, pass, question, film }, back = 0) =>
  dragged ? "" : question === null ? data.answers[pass - back] : film?.answers[question - back];

// What is written as a letter is answered and not checked yet, "a" for 0.
const answerAt = (data, answers, at) => {
  const question = data.order[at], key = data.key[question];
  const written = (answers?.[question] ?? "").trim();
  const isGiven = written >= "a";
  const answer = isGiven ? `${written.charCodeAt(0) - 97}` : written;
  const state = !written ? "" : isGiven ? "given" : answer === key ? "right" : "wrong";
  return { key, answer, state };
};

const describe = (study, at) => {
  const { data, pass } = study, { texts } = data, question = data.order[at];
  const { key, answer, state } = answerAt(data, answersOf(study), at);
  const parts = [fill(texts.question, { number: at + 1, key })];
  if (state) parts.push(fill(texts[state], { answer }));
  const confidence = study.question === null ? data.confidence?.[pass]?.[question] : undefined;
  if (state && confidence !== undefined) parts.push(fill(texts.confidence, { confidence }));
  return parts.join(" · ");
};

const drawDetail = (name) => {
  const study = studies[name], detail = part("detail", name);
  if (!detail) return;
  const { looked, data: { texts, batch_size: size } } = study;
  const isClean = study.dragged || !hasFilm(study.data) || study.data.answers.length === 0;
  const hint = isClean ? (size ? texts.hint_batches : texts.hint)
    : study.question === null ? texts.hint_after : texts.hint_film;
  if (looked !== null) detail.textContent = describe(study, looked);
  else detail.replaceChildren(...withBold(fill(hint, fieldsOf(study))));
};

// Tab comes to one cell of a sheet: the one that had the focus last.
listen("focusin", ".sheet .cell", (cell) => {
  for (const each of cell.parentElement.children) each.tabIndex = each === cell ? 0 : -1;
});
const look = (cell) => {
  studies[nameOf(cell)].looked = [...cell.parentElement.children].indexOf(cell);
  drawDetail(nameOf(cell));
  drawHead(nameOf(cell));
};
for (const what of ["pointerover", "focusin", "click"]) listen(what, ".sheet .cell", look);
listen("keydown", ".sheet .cell", (cell, event) =>
  moveFocus(cell, event, +cell.parentElement.style.getPropertyValue("--columns")));
drawers.push(drawSheet);
