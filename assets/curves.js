// A click or tap on the curves of the first screen takes the player to the pass that it points at.

const CURVES = "[data-testid='stHorizontalBlock']:has(.sheet[data-exam='study']) svg.marks";
const NEAR = 0.02; // of the axis, by which a finger may miss its ends
// The extent of the x axis: a grid line has its length, whereas the plot includes names beside
// it.
const extentOfAxis = (within) => within?.querySelector(".role-axis-grid line")?.getBoundingClientRect();

listen("click", CURVES, (svg, { clientX }) => {
  const axis = extentOfAxis(svg);
  if (studies.study.data.answers.length && axis) goToShare((clientX - axis.left) / axis.width);
});
// The slider of the passes is their axis: its thumb stands under the point that is shown.
const alignWithAxis = () => {
  const player = part("player", "study"), axis = extentOfAxis(document.querySelector(CURVES));
  if (!player || !axis) return;
  const start = player.getBoundingClientRect().left;
  player.style.setProperty("--axis-left", `${axis.left - start}px`);
  player.style.setProperty("--axis-width", `${axis.width}px`);
};
redraws.push(alignWithAxis);
drawers.push((name) => {
  if (name === "study" && !studies.study.isPlaying) alignWithAxis(); // it forces a layout
});

const goToShare = (share) => {
  if (Math.abs(share - 0.5) > 0.5 + NEAR) return; // beside the lines stand names and numbers
  pause("study");
  show("study", Math.max(Math.round(share * studies.study.data.passes), 0));
};
