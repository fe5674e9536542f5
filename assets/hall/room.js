// A room of a hall: what the browser keeps of it, and the ways that lead into it.

// By HTTPS under names that no page of a sibling host can set (cookies.py).
const isSecure = location.protocol === "https:", PREFIX = isSecure ? "__Host-" : "";
const RULES = isSecure ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
const ourCookies = () => Object.fromEntries(document.cookie.split("; ")
  .filter((each) => each.startsWith(PREFIX)).map((each) => each.slice(PREFIX.length).split("=")));
const setCookie = (name, value, age = "") => {
  document.cookie = `${PREFIX}${name}=${value}; Path=/; ${RULES}${age}`;
  return ourCookies()[name] === value; // not in every frame
};
const forget = (name) => setCookie(name, "", "; Max-Age=0");
// Links of a stranger may open any number of rooms in this browser; a request has a limited length.
const MAX_LED = 10;
const forgetEarlierRooms = () => {
  const led = Object.keys(ourCookies()).filter((name) => /^lead_[A-Z]{4}$/.test(name));
  led.slice(0, -MAX_LED).forEach(forget); // the oldest stand first
};
// A stranger's link may have a wrong secret, or that of a room of their own. So where this browser
// leads a room, the server is told which secret comes from a link, and says so.
const lead = (address, code, secret, isLink = false) => {
  const kept = ourCookies()[`lead_${code}`];
  const leadsOthers = Object.keys(ourCookies()).some((name) => name.startsWith("lead_"));
  const isKnown = kept
    ? kept === secret
    : !(isLink && leadsOthers) && setCookie(`lead_${code}`, secret);
  // The lecturer's own page opens only where the link has it.
  if (!isKnown || address.searchParams.has("presenter")) address.searchParams.set("secret", secret);
  forgetEarlierRooms();
  address.searchParams.set("room", code);
};

// A code in capitals leads to the one of several servers that has its room (nginx.conf). What the
// lecturer's link has behind # is for this browser alone. Both have the forms of rooms.py.
const enterByLink = () => {
  const here = new URL(location.href);
  const [room] = here.searchParams.get("room")?.match(/^[ABCEFGHJKLMNPRSTWXYZ]{4}$/i) ?? [];
  const [, secret] = here.hash.match(/^#secret=([\w-]{22})$/) ?? [];
  if (!room || !(secret || room !== room.toUpperCase())) return;
  here.searchParams.set("room", room.toUpperCase());
  if (secret) lead(here, room.toUpperCase(), secret, true);
  here.hash = "";
  history.replaceState(history.state, "", here);
  location.reload();
};
enterByLink();
addEventListener("hashchange", enterByLink); // the link, pasted where the same page is open
// No room opens in a frame of another host's page (guard.py), so it opens beside it. (On Community
// Cloud the frame is Streamlit's own.)
const isFramed = (() => { try { return !window.top.location.href; } catch { return true; } })();
listen("click", "[data-opens]", ({ dataset }) => {
  const address = new URL(location.href);
  if (isFramed) {
    for (const name of ["embed", "embed_options"]) address.searchParams.delete(name);
    address.searchParams.set("room", dataset.opens);
    address.hash = `secret=${dataset.secret}`;
    return window.open(address, "_blank", "noopener");
  }
  lead(address, dataset.opens, dataset.secret);
  address.hash = "share";
  location.assign(address);
});
listen("submit", ".enter", (form) => {
  if (isFramed) form.target = "_blank";
});
