// A click or tap on the curves of the first screen takes the player to the pass that it points at.

const CURVES = "[data-testid='stHorizontalBlock']:has(.sheet[data-exam='study']) svg.marks";
const PLOT = ".role-scope > g > path.background";
const NEAR = 0.02; // of the axis, by which a finger may miss its ends

listen("click", CURVES, (svg, { clientX }) => {
  const study = studies.study, plot = svg.querySelector(PLOT);
  if (!study.data.answers.length || !plot) return;
  const { left, width } = plot.getBoundingClientRect(), scale = width / plot.getBBox().width;
  goToShare((clientX - left) / (width - scale * study.data.label_width));
});
// The slider of the passes is their axis: its thumb stands under the point that is shown.
const alignWithAxis = () => {
  const player = part("player", "study"), plot = document.querySelector(`${CURVES} ${PLOT}`);
  if (!player || !plot) return;
  const { left, width } = plot.getBoundingClientRect(), scale = width / plot.getBBox().width;
  const beside = scale * (studies.study?.data.label_width ?? 0);
  const { left: start } = player.getBoundingClientRect();
  player.style.setProperty("--axis-left", `${left - start}px`);
  player.style.setProperty("--axis-width", `${width - beside}px`);
};
redraws.push(alignWithAxis);
drawers.push((name) => {
  if (name === "study" && !studies.study.isPlaying) alignWithAxis(); // it asks for the layout
});

const goToShare = (share) => {
  if (Math.abs(share - 0.5) > 0.5 + NEAR) return; // beside the lines stand names and numbers
  pause("study");
  show("study", Math.max(Math.round(share * studies.study.data.passes), 0));
};
