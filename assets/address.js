// The address holds the settings; its history entry is replaced, so that Back leaves the page. And
// the links within the page.

// Only the parameters that the page or Streamlit reads are kept, once and if they are short: with
// whatever else a stranger's link has, the address might become too long for the next reload.
const LONGEST = { state: 2_000, plan: 300, embed_options: 100 }; // escaped characters
const LONG = 40; // of all others
const PARAMETERS = ["lang", "only", "room", "secret", "plan", "state", "start", "projected", "reveal",
  "presenter", "batch_size", "epochs", "student", "misprints", "embed", "embed_options"];
let visit;
const setPage = (lang, wanted, cookies, forgotten, now) => {
  if (visit && visit !== now) return reopen();
  visit = now;
  for (const [name, value] of Object.entries(cookies))
    if (!setCookie(name, value)) delete wanted.secret; // or a reload would not lead any more
  forgetEarlierRooms();
  for (const [name, value] of Object.entries(forgotten))
    if (ourCookies()[name] === value) forget(name);
  document.documentElement.lang = lang; // Streamlit's own document is always English
  const address = new URL(location.href);
  for (const [name, value] of [...address.searchParams]) {
    const isLong = encodeURIComponent(value).length > (LONGEST[name] ?? LONG);
    const most = name === "embed_options" ? 3 : 1; // Streamlit's, which may be repeated
    const isRepeated = address.searchParams.getAll(name).length > most;
    if (!PARAMETERS.includes(name) || isLong || isRepeated) address.searchParams.delete(name);
  }
  if (history.state?.isBegun) address.searchParams.delete("start"); // it was for the reload alone
  for (const [name, value] of Object.entries(wanted))
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  if (address.hash === "#share") openShare();
  address.hash = "";
  if (address.href !== location.href) history.replaceState(history.state, "", address);
};
// The server has forgotten the visit, and would start again from the visit's first address. The
// connection may have been lost between a slider's move and the update of the address, so the
// settings are written here. A study that was begun begins again: the same settings give the same
// numbers.
const reopen = () => {
  window.exam.push = () => {}; // whatever still arrives belongs to the other visit
  const address = new URL(location.href), { study } = studies;
  for (const [name, value] of Object.entries(study ? setNow(study) : {}))
    address.searchParams.set(name, value);
  const isBegun = Boolean(study?.data.plays && !study.dragged);
  if (isBegun) address.searchParams.set("start", "true");
  history.replaceState({ ...history.state, isBegun }, "", address);
  location.reload();
};
window.exam.reopen = reopen; // for opening.js
// Whoever has opened a room finds its links.
const openShare = (frames = 300) => {
  const button = document.querySelector(".st-key-share button");
  if (button) button.click();
  else if (frames > 0) requestAnimationFrame(() => openShare(frames - 1));
};

// A link to a chapter opens it where it stands, or in the place of the one that is shown alone.

listen("click", "a[href^='#chapter-']", (link, event) => {
  event.preventDefault();
  const name = link.getAttribute("href").replace("#chapter-", "");
  const summary = document.querySelector(`.st-key-${name}_open summary`);
  if (!summary) {
    const address = new URL(location.href);
    address.searchParams.set("only", name);
    address.searchParams.delete("reveal");
    return location.assign(address);
  }
  if (!summary.parentElement.open) summary.click();
  summary.focus();
  // A room that votes leads to its question, which is drawn later than the head of its chapter.
  const isVote = link.parentElement.dataset.open === "true";
  const ask = () => isVote && document.querySelector(`.st-key-${name}_guess, .st-key-${name}_stop`);
  // At the end of the page there is no room to scroll until the chapter is drawn.
  const scroll = () => (ask() || summary).scrollIntoView(ask() ? { block: "center" } : {}), grows = new ResizeObserver(scroll);
  grows.observe(summary.parentElement);
  for (const what of ["wheel", "pointerdown", "keydown", "popstate"])
    addEventListener(what, () => grows.disconnect(), { once: true, passive: true });
  setTimeout(() => grows.disconnect(), 10_000);
});

handlers.page = setPage;
