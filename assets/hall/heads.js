// Three heads on the projector (exam/hall/heads.py): a press of the clicker solves a batch of the one
// that leads the others, question by question.

const SOLVED_IN = 1100; // milliseconds
let solving = 0, solvingTo = null; // while a batch is solved, where it ends
const solve = (name, from, to) => {
  cancelAnimationFrame(solving);
  solvingTo = to;
  const began = performance.now(), questions = to - from;
  const step = () => {
    const share = Math.min((performance.now() - began) / SOLVED_IN, 1);
    const done = questions < 0 || isStill() ? 1 : share; // back at once
    showQuestion(name, from + Math.floor(questions * done));
    if (done < 1) solving = requestAnimationFrame(step);
    else solvingTo = null;
  };
  step();
};
document.addEventListener("clicker", (press) => {
  const name = document.querySelector("[class*='at_study_heads'] .player")?.dataset.exam;
  const { question, film, data } = studies[name] ?? {};
  if (!film) return;
  const now = question ?? data.order.length, size = data.batch_size;
  const to = (Math.floor((solvingTo ?? now) / size) + press.detail) * size;
  if (to < 0 || to > data.order.length) return;
  press.preventDefault();
  solve(name, now, to);
});
