// The marked sheet: a hundred questions, what is answered to each, and whether it is right.

const drawSheet = (name) => {
  const study = studies[name], sheet = part("sheet", name);
  if (!sheet) return;
  const { data, pass } = study, { batch_size: size } = data;
  const columns = (innerWidth > 500 && data.columns) || 10; // on a phone a digit stays legible
  const count = data.order.length, rows = count / 10; // of the picture, ten questions in a row
  sheet.style.setProperty("--columns", columns);
  sheet.style.setProperty("--ratio", (columns * columns) / count);
  sheet.classList.toggle("is-strip", columns * columns !== count);
  if (!sheet.firstChild)
    for (let at = 0; at < count; at++) {
      const cell = sheet.appendChild(document.createElement("button"));
      cell.type = "button";
      cell.className = "cell";
      cell.tabIndex = at ? -1 : 0;
      const down = (Math.floor(at / 10) * 100) / Math.max(rows - 1, 1);
      cell.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${down}%`;
      cell.style.backgroundSize = `1000% ${rows * 100}%`;
      cell.appendChild(document.createElement("i"));
    }
  sheet.setAttribute("aria-label", data.words.sheet);
  const picture = `url("${pictures[data.picture] ?? data.picture}")`;
  const batchOf = (at) => Math.floor(at / size);
  [...sheet.children].forEach((cell, at) => {
    const { answer, state } = answerAt(data, pass, at);
    const hasEnd = (other, isNear) => isNear && other < count && batchOf(other) !== batchOf(at);
    const isNew = Boolean(data.solved) && ["right", "wrong"].includes(state);
    cell.dataset.state = state;
    cell.firstChild.textContent =
      { right: "○", wrong: `╱${answer}`, given: answer, "": "" }[state];
    cell.classList.toggle("is-new", isNew && answerAt(data, pass - 1, at).state !== state);
    cell.classList.toggle("ends-right", size > 0 && hasEnd(at + 1, (at + 1) % columns !== 0));
    cell.classList.toggle("ends-below", size > 0 && hasEnd(at + columns, true));
    cell.classList.toggle("is-odd", size > 0 && batchOf(at) % 2 === 1);
    cell.classList.toggle("is-framed", Boolean(data.framed?.includes(data.order[at])));
    cell.setAttribute("aria-label", describe(study, at));
    if (cell.style.backgroundImage !== picture) cell.style.backgroundImage = picture;
  });
  drawDetail(name);
};

// What is written as a letter is answered and not checked yet, "a" for 0.
const answerAt = (data, pass, at) => {
  const question = data.order[at], key = data.key[question];
  const written = (data.answers[pass]?.[question] ?? "").trim();
  const isGiven = written >= "a";
  const answer = isGiven ? `${written.charCodeAt(0) - 97}` : written;
  const state = !written ? "" : isGiven ? "given" : answer === key ? "right" : "wrong";
  const sure = data.sure?.[pass]?.slice(2 * question, 2 * question + 2);
  return { key, answer, state, sure: +sure };
};

const describe = (study, at) => {
  const { words } = study.data, { key, answer, state, sure } = answerAt(study.data, study.pass, at);
  const parts = [fill(words.question, { number: at + 1, key })];
  if (state) parts.push(fill(words[state], { answer }));
  if (state && study.data.sure) parts.push(fill(words.sure, { sure }));
  return parts.join(" · ");
};

const drawDetail = (name) => {
  const study = studies[name], detail = part("detail", name);
  if (!detail) return;
  const { looked, data: { words, batch_size: size } } = study;
  const hint = size ? words.hint_batches : words.hint;
  detail.textContent = looked === null ? hint : describe(study, looked);
};

// Tab comes to one cell of a sheet: the one that had the focus last.
listen("focusin", ".sheet .cell", (cell) => {
  for (const each of cell.parentElement.children) each.tabIndex = each === cell ? 0 : -1;
});
const look = (cell) => {
  studies[nameOf(cell)].looked = [...cell.parentElement.children].indexOf(cell);
  drawDetail(nameOf(cell));
};
for (const what of ["pointerover", "focusin", "click"]) listen(what, ".sheet .cell", look);
listen("keydown", ".sheet .cell", (cell, event) => {
  const row = +cell.parentElement.style.getPropertyValue("--columns");
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key];
  const cells = [...cell.parentElement.children], to = cells[cells.indexOf(cell) + by];
  if (!by || !to) return;
  event.preventDefault();
  to.focus();
});
