// A room's page has a path of its own, which leads to the server that has the room (nginx.conf). If
// Streamlit's first question there fails, it asks at the root, and would stay there.
if (/^\/[A-Z]{4}\//.test(location.pathname)) {
  const { fetch } = window;
  window.fetch = (asked, ...options) => new URL(asked.url ?? asked, location).pathname.startsWith("/_stcore/")
    ? Promise.reject(new TypeError("Not at the room's path")) : fetch(asked, ...options);
}

// The opening is shown until Streamlit has drawn the page, except for the curves, which come late
// but whose place is kept.
{
  const opening = document.getElementById("opening");
  const isDrawn = (app) => {
    if (app?.dataset.testScriptState !== "notRunning" || !app.querySelector("h1")) return false;
    if (app.querySelector(":not(.stPrintGraphic) > [data-testid='stSkeleton']")) return false;
    return !app.querySelector(".sheet") || app.querySelector(".sheet .cell");
  };
  const observer = new MutationObserver(() => {
    if (isDrawn(document.querySelector("[data-testid='stApp']"))) close();
  });
  const close = () => {
    opening.remove();
    observer.disconnect();
    clearTimeout(timer);
  };
  const attributeFilter = ["data-test-script-state"];
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter });
  // Even if something has gone wrong, show what there is of the page.
  const timer = setTimeout(close, 90_000);

  // A browser does not retry a Streamlit module that failed to load on a lost connection, and
  // Streamlit would show an English error until a reload. So reload the page once the module is
  // available.
  const MOST_RELOADS = 3; // in a minute: a module may fail for another reason
  let isLost = false;
  const reload = async (module) => {
    const before = (history.state?.reloads ?? []).filter((at) => Date.now() - at < 60_000);
    if (isLost || before.length >= MOST_RELOADS) return;
    isLost = true;
    close();
    document.body.append(opening);
    const isThere = () => fetch(module, { cache: "no-store" }).then(({ ok }) => ok, () => false);
    while (!(await isThere())) await new Promise((again) => setTimeout(again, 2000));
    history.replaceState({ ...history.state, reloads: [...before, Date.now()] }, "");
    (window.exam?.reopen ?? (() => location.reload()))();
  };
  // Firefox and Chromium name the module; elsewhere it is enough that the server answers.
  addEventListener("vite:preloadError", ({ payload }) =>
    reload(`${payload}`.match(/ (http\S+)/)?.[1] ?? "_stcore/health"),
  );
  const isOurs = ({ src }) => src && new URL(src).origin === location.origin;
  const onError = ({ target }) =>
    target instanceof HTMLScriptElement && isOurs(target) && reload(target.src);
  addEventListener("error", onError, true);
}
