// A learner's page follows its room: a bar says what the hall is at, and leads there by one tap. The
// room tells by an event stream. Where there is none, the server says it with what it draws.

let roomStream = null, roomState = null, roomWords = null;
const isFollowing = () => roomStream?.readyState === EventSource.OPEN;

const followRoom = (code, words, state) => {
  roomWords = { code, ...words, anew: state.anew };
  if (!isFollowing()) roomState = state;
  drawHallBar();
  if (roomStream && roomStream.code === code && roomStream.readyState !== EventSource.CLOSED) return;
  roomStream?.close();
  roomStream = Object.assign(new EventSource(`room/${code}`), { code });
  roomStream.onopen = tellWhetherFollowing;
  roomStream.onerror = tellWhetherFollowing;
  roomStream.onmessage = ({ data }) => {
    roomState = JSON.parse(data);
    drawHallBar();
    if (roomState.anew !== roomWords.anew) tell("hall-anew");
  };
};
// As long as the stream is there, the page need not ask (ask_again.js).
const tellWhetherFollowing = () =>
  document.documentElement.toggleAttribute("data-follows", isFollowing());

const hallSays = ({ place, part, is_open: isOpen, round }) => {
  if (place === "own_exam" && part === "display") return roomWords.write;
  if (part === "question" || part === "discuss")
    return isOpen ? (round > 1 ? roomWords.again : roomWords.open) : roomWords.closed;
  return part === "close" ? roomWords.closed : part === "reveal" ? roomWords.result : roomWords.at;
};

const drawHallBar = () => {
  const bar = document.querySelector(".hall-bar"), title = roomWords.titles[roomState?.place];
  if (!bar) return;
  document.documentElement.toggleAttribute("data-hall", Boolean(title));
  holdButton(roomState?.is_held ? `.st-key-${roomState.place}_begin` : "");
  if (!title) return bar.replaceChildren();
  const link = Object.assign(document.createElement("a"), { href: `#chapter-${roomState.place}` });
  link.append(bold(hallSays(roomState)), ` ${title}`);
  bar.dataset.open = roomState.is_open && ["question", "discuss"].includes(roomState.part);
  bar.replaceChildren(link);
};

// The button of the chapter whose answer waits. A class would be gone when Streamlit draws it anew.
const heldStyle = document.head.appendChild(document.createElement("style"));
const holdButton = (held) => {
  const words = JSON.stringify(roomWords.held), look = "opacity: 0.5; pointer-events: none";
  heldStyle.textContent = held && `${held} button { ${look} } ${held}::after { content: ${words} }`;
  for (const button of document.querySelectorAll("[class*='_begin'] button"))
    button.ariaDisabled = Boolean(held && button.closest(held));
};

// The lecturer's screen asks for what is new: how many have guessed, or where another screen of the
// same lecturer has gone.
const OWN_STEP = 500; // milliseconds, in which a step of this screen is shown
let leading = null, ledStep = "";
const leadRoom = (code, step) => {
  ledStep = step;
  if (leading?.code === code && leading.readyState !== EventSource.CLOSED) return;
  leading?.close();
  leading = Object.assign(new EventSource(`room/${code}?count`), { code });
  leading.onopen = () => document.documentElement.toggleAttribute("data-leads", true);
  leading.onerror = () => document.documentElement.toggleAttribute("data-leads", false);
  leading.onmessage = ({ data }) => {
    const { place, part, number } = JSON.parse(data), isHere = () => `${place} ${part} ${number}` === ledStep;
    const follow = () => tell(isHere() ? "hall-counted" : "hall-moved");
    if (isHere()) follow();
    else setTimeout(follow, OWN_STEP);
  };
};

acts.room = followRoom;
acts.lead = leadRoom;
redraws.push(() => roomWords && drawHallBar());
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
