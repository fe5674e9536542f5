// In a frame, tell the surrounding pages the height of this one (share.py has the script that
// listens for it). On Community Cloud there is a frame of Streamlit's between the two.

const LOOKS = 1000; // milliseconds: a browser may draw and observe nothing in a frame out of sight
let postedHeight = 0;
const postHeight = () => {
  const page = document.querySelector("[data-testid='stMainBlockContainer']");
  const examHeight = Math.ceil(page?.getBoundingClientRect().height ?? 0);
  if (!examHeight || examHeight === postedHeight) return;
  postedHeight = examHeight;
  for (let inner = window; inner !== inner.parent; inner = inner.parent)
    inner.parent.postMessage({ examHeight }, "*");
};
if (window !== window.parent) {
  redraws.push(postHeight);
  setInterval(postHeight, LOOKS);
}
