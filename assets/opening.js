// The head of the page stands there until Streamlit has drawn the page but for the curves, which come
// late and keep their place.
const opening = document.getElementById("opening");
const isDrawn = (app) => {
  if (app?.dataset.testScriptState !== "notRunning" || !app.querySelector("h1")) return false;
  if (app.querySelector(":not(.stPrintGraphic) > [data-testid='stSkeleton']")) return false;
  return !app.querySelector(".sheet") || app.querySelector(".sheet .cell");
};
const observer = new MutationObserver(() => {
  if (!isDrawn(document.querySelector("[data-testid='stApp']"))) return;
  opening.remove();
  observer.disconnect();
});
const attributeFilter = ["data-test-script-state"];
observer.observe(document.body, { subtree: true, childList: true, attributeFilter });
// Whatever has gone wrong, what there is of the page is shown.
setTimeout(() => opening.remove(), 90_000);
