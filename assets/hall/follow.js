// A learner's page follows its room: a bar says what the hall is at, and leads there by one tap. The
// room tells by an event stream. Where there is none, the server says it with what it draws.

let roomStream = null, roomState = null, roomTexts = null;
const isFollowing = () => roomStream?.readyState === EventSource.OPEN;

const followRoom = (code, id, texts, state) => {
  openRoom = { code, id, leads: false };
  roomTexts = { code, ...texts, resets: state.resets };
  if (!isFollowing()) roomState = state;
  drawHallBar();
  if (roomStream && roomStream.code === code && roomStream.readyState !== EventSource.CLOSED) return;
  roomStream?.close();
  roomStream = Object.assign(new EventSource(`room/${code}`), { code });
  roomStream.onopen = markFollowing;
  roomStream.onerror = markFollowing;
  roomStream.onmessage = ({ data }) => {
    roomState = JSON.parse(data);
    drawHallBar();
    if (roomState.resets !== roomTexts.resets) announce("hall-changed");
  };
};
// As long as the stream is there, the page need not ask (ask_again.js).
const markFollowing = () =>
  document.documentElement.toggleAttribute("data-follows", isFollowing());

const hallMessage = ({ kind, is_open: isOpen, round }) => {
  if (kind === "write") return roomTexts.write;
  if (kind === "question" || kind === "discuss")
    return isOpen ? (round > 1 ? roomTexts.again : roomTexts.open) : roomTexts.closed;
  return kind === "close" ? roomTexts.closed : kind === "reveal" ? roomTexts.result : roomTexts.at;
};

const drawHallBar = () => {
  const bar = document.querySelector(".hall-bar"), title = roomTexts.titles[roomState?.place];
  if (!bar) return;
  document.documentElement.toggleAttribute("data-hall", Boolean(title));
  holdButton(roomState?.withholds_answer ? `.st-key-${roomState.place}_begin` : "");
  if (!title) return bar.replaceChildren();
  const link = Object.assign(document.createElement("a"), { href: `#chapter-${roomState.place}` });
  link.append(bold(hallMessage(roomState)), ` ${title}`);
  bar.dataset.open = roomState.is_open && ["question", "discuss"].includes(roomState.kind);
  bar.replaceChildren(link);
};

// The button of the chapter whose answer waits. A class would be gone when Streamlit draws it anew.
const heldStyle = document.head.appendChild(document.createElement("style"));
const holdButton = (held) => {
  const texts = JSON.stringify(roomTexts.held), look = "opacity: 0.5; pointer-events: none";
  heldStyle.textContent = held && `${held} button { ${look} } ${held}::after { content: ${texts} }`;
  for (const button of document.querySelectorAll("[class*='_begin'] button"))
    button.ariaDisabled = Boolean(held && button.closest(held));
};

// The lecturer's screen asks for what is new: how many have guessed, or where another screen of the
// same lecturer has gone.
const OWN_STEP = 500; // milliseconds, in which a step of this screen is shown
let leading = null, ledStep = "";
const leadRoom = (code, id, step) => {
  openRoom = { code, id, leads: true };
  ledStep = step;
  if (leading?.code === code && leading.readyState !== EventSource.CLOSED) return;
  leading?.close();
  const secret = new URL(location.href).searchParams.get("secret"); // where a frame keeps no cookies
  const shown = secret ? `&secret=${encodeURIComponent(secret)}` : "";
  leading = Object.assign(new EventSource(`room/${code}?count${shown}`), { code });
  leading.onopen = () => document.documentElement.toggleAttribute("data-leads", true);
  leading.onerror = () => document.documentElement.toggleAttribute("data-leads", false);
  leading.onmessage = ({ data }) => {
    const { step } = JSON.parse(data), isHere = () => step === ledStep;
    const follow = () => announce(isHere() ? "hall-counted" : "hall-moved");
    if (isHere()) follow();
    else setTimeout(follow, OWN_STEP);
  };
};

// One of several servers has the room (nginx.conf). When that one was lost and is back, all that is
// new leads to it again, but a page that is open stays where it went. So each asks now and then
// which room its code leads to, and is loaded anew if that is not its own. Where there is none yet,
// the lecturer's screen goes first, and takes along what it shows. A second answer has to say the
// same: one alone may have come from a server that was asked because the other one was late.
const LEADING_ASKS = 5_000, FOLLOWING_ASKS = 20_000; // milliseconds from one question to the next
let openRoom = null, seemsElsewhere = false;
const askWhichRoom = async () => {
  if (openRoom) {
    const { code, id, leads } = openRoom;
    const answer = await fetch(`room/${code}/id`, { cache: "no-store" }).catch(() => null);
    const isAnother = answer?.ok && (await answer.text()) !== id;
    const isElsewhere = isAnother || (leads && answer?.status === 404);
    if (isElsewhere && seemsElsewhere) return location.reload();
    seemsElsewhere = isElsewhere;
  }
  setTimeout(askWhichRoom, openRoom?.leads || seemsElsewhere ? LEADING_ASKS : FOLLOWING_ASKS);
};
setTimeout(askWhichRoom, LEADING_ASKS);

handlers.room = followRoom;
handlers.lead = leadRoom;
redraws.push(() => roomTexts && drawHallBar());
// Back leads to where the learner was on the page, before the tap moves it.
document.addEventListener("click", ({ target }) => {
  if (!target.closest?.(".hall-bar a")) return;
  const main = document.querySelector("[data-testid='stMain']");
  history.replaceState({ ...history.state, scrolled: main.scrollTop }, "");
  history.pushState({}, "", location.href);
}, true);
addEventListener("popstate", () => {
  const { scrolled } = history.state ?? {};
  if (scrolled !== undefined) document.querySelector("[data-testid='stMain']").scrollTo({ top: scrolled });
});
