// In a frame, the pages around it are told how high the page is, if they want to know (share.py has
// the line for it). On Community Cloud there is a frame of Streamlit's between the two.

const thePage = () => document.querySelector("[data-testid='stMainBlockContainer']");
const tellHeight = () => {
  const examHeight = Math.ceil(thePage().getBoundingClientRect().height);
  for (let inner = window; inner !== inner.parent; inner = inner.parent)
    inner.parent.postMessage({ examHeight }, "*");
};
const heights = new ResizeObserver(() => thePage() && tellHeight());
redraws.push(() => window !== window.parent && thePage() && heights.observe(thePage()));
