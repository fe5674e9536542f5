// Unseen questions that the student gets wrong at the pass that is shown, and why that is so.

const missedAt = ({ data, dragged, pass, question }) => {
  const isMarked = !dragged && question === null && data.answers.length > 0;
  if (!isMarked) return Array.from({ length: data.max_missed }, (_, at) => ({ at }));
  return data.missed[pass].map(([at, answer, confidence]) => ({ at, answer: `${answer}`, confidence }));
};

const drawMissed = (name) => {
  const study = studies[name], row = part("missed", name), { data } = study;
  if (!row || !data.missed) return;
  const shown = missedAt(study), isMarked = shown.some(({ answer }) => answer);
  row.setAttribute("aria-label", data.texts.missed);
  const before = data.confidence_before ?? [];
  row.replaceChildren(...shown.map((each, n) => missedQuestion(data, { ...each, before: before[n] })));
  const { pass } = study, isFitted = data.gap_factor * data.wrong[pass] < data.val_wrong[pass];
  const kind = !isMarked || pass === 0 ? "before" : isFitted ? "gap" : "both";
  for (const why of row.closest(".missed-row")?.querySelectorAll("[data-why]") ?? [])
    why.hidden = why.dataset.why !== kind;
};

const missedQuestion = ({ texts, unseen_key: keys, picture_of: from = "unseen" }, { at, answer, confidence, before }) => {
  const [item, digit, mark] = ["span", "s", "i"].map((tag) => document.createElement(tag));
  item.setAttribute("role", "listitem");
  digit.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${(Math.floor(at / 10) * 100) / 9}%`;
  digit.style.backgroundImage = `url("${pictures[from]}")`;
  const isRight = answer === keys[at], percent = before ? `${before}→${confidence}` : `${confidence}%`;
  mark.textContent = answer ? `${isRight ? "○" : "✕"} ${answer}\n${percent}` : "";
  item.style.setProperty("--confidence", confidence);
  if (before) item.style.setProperty("--before", before);
  item.classList.toggle("is-right", isRight);
  const label = fill(answer ? texts.missed_question : texts.unseen_question, { key: keys[at], answer, confidence });
  item.setAttribute("aria-label", label);
  item.title = label;
  item.append(digit, mark);
  return item;
};
drawers.push(drawMissed);
