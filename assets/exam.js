// What happens in the browser alone: the marked sheet and its player, the buttons beside a slider,
// the page's address. The server sends a study as data; nothing here asks the server for anything.
// Streamlit drops a script that holds "<" before a letter or a digit, so write "a > b".
(() => {
  if (window.exam?.isAlive) return;
  const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const pictures = {}; // of the hundred questions, by student, as the first screen sends them
  const studies = {}; // by name: the data, the pass that is shown, the furthest one shown so far
  const part = (what, name) => document.querySelector(`.${what}[data-exam="${name}"]`);
  const nameOf = (element) => element.closest("[data-exam]").dataset.exam;

  // Texts, filled in like those of the page: {wrong}, {val_wrong:.1f}, {updates:update|updates}.
  const fill = (text, fields) =>
    text.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, format = "") => {
      const value = fields[name];
      if (format.startsWith(".")) return value.toFixed(+format[1]);
      const number = typeof value === "number" ? value.toLocaleString("en") : value;
      if (!format.includes("|")) return number;
      const [one, many] = format.split("|");
      return `${number} ${value === 1 ? one : many}`;
    });

  const lastKnown = ({ data }) => Math.max(data.answers.length - 1, 0);

  // A first pass as a film, a frame for each question: what is answered, and what is checked, for a
  // batch is checked when its last question is answered. Until then its answers are letters.
  const filmOf = ({ solved, order, key, batch_size: size }) => {
    const film = { answers: [], marked: [], wrong: [], updates: [], val_wrong: [], seconds: [] };
    for (let count = 0; order.length >= count; count++) {
      const until = count === order.length ? count : count - (count % size);
      const frame = order.map(() => " ");
      order.slice(0, count).forEach((question, at) => {
        const answer = solved[question];
        frame[question] = until > at ? answer : String.fromCharCode(97 + +answer);
      });
      film.answers.push(frame.join(""));
      film.marked.push(until);
      film.wrong.push(frame.filter((answer, at) => "a" > answer && answer > " " && answer !== key[at]).length);
      film.updates.push(Math.ceil(until / size));
    }
    return film;
  };

  const receive = (name, sent) => {
    const data = sent.solved ? { ...sent, ...filmOf(sent) } : sent;
    const old = studies[name];
    const isNew = !old || old.data.run !== data.run;
    if (isNew) cancelAnimationFrame(old?.frame); // or it would go on in the new one
    const shown = data.shown ?? 0;
    const study = isNew ? { pass: shown, reached: shown, looked: null } : old;
    studies[name] = Object.assign(study, { data });
    if (isNew && data.plays) {
      study.pass = study.reached = 0;
      study.isPlaying = true;
      // In a frame this moves the page around it, too: not for a study that begins by itself.
      const mayScroll = data.scrolls && (old || window.top === window);
      if (mayScroll && innerWidth <= 640) part("sheet", name)?.scrollIntoView({ block: "start" });
    }
    draw(name);
    if (study.isPlaying && isStill()) {
      show(name, lastKnown(study));
      study.isPlaying = data.passes > study.pass;
      drawPlayer(name);
    }
    if (study.isPlaying && !isStill()) play(name);
  };

  // The player.

  const play = (name) => {
    const study = studies[name];
    cancelAnimationFrame(study.frame);
    let before = null, at = Math.max(study.pass, 0.7); // the first pass at once
    study.isPlaying = true;
    const step = (now) => {
      const { passes, lasts, bend } = study.data; // it lasts so many seconds
      const done = (at / passes) ** (1 / bend) + (now - (before ?? now)) / 1000 / lasts;
      at = Math.min(passes * done ** bend, lastKnown(study));
      before = now;
      if (Math.floor(at) !== study.pass) show(name, Math.floor(at));
      if (study.pass >= passes) pause(name);
      else if (study.isPlaying) study.frame = requestAnimationFrame(step);
    };
    study.frame = requestAnimationFrame(step);
    drawPlayer(name);
  };

  const pause = (name) => {
    cancelAnimationFrame(studies[name].frame); // or one more step would undo what pauses it
    studies[name].isPlaying = false;
    drawPlayer(name);
  };

  const toggle = (name) => {
    const study = studies[name];
    if (study.isPlaying) return pause(name);
    if (study.pass >= study.data.passes) show(name, 0);
    if (isStill()) return show(name, lastKnown(study));
    play(name);
  };

  const show = (name, pass) => {
    const study = studies[name];
    study.pass = Math.min(pass, lastKnown(study));
    study.reached = Math.max(study.reached, study.pass);
    draw(name);
    for (const follower of study.data.leads ?? []) if (studies[follower]) show(follower, pass);
  };

  // Drawing.

  const draw = (name) => {
    drawSheet(name);
    drawPlayer(name);
    tellCharts(name);
    drawSentence(name);
    drawWarnings(name);
  };

  const tellCharts = (name) => {
    const { pass, reached } = studies[name];
    for (const [what, value] of [["reached", reached], ["pass", pass]]) {
      const input = part("player", name)?.querySelector(`.${what}`);
      if (!input) continue;
      input.value = value;
      input.dispatchEvent(new Event("input")); // it does not bubble: for the charts, not for us
    }
  };

  const fieldsOf = ({ data, pass }) => ({
    passes: data.passes, pass, wrong_before: data.wrong[0], wrong: data.wrong[pass],
    val_wrong: data.val_wrong[pass], gap: data.val_wrong[pass] - data.wrong[pass],
    updates: data.updates[pass], seconds: data.seconds[pass], marked: data.marked?.[pass],
  });

  const drawPlayer = (name) => {
    const study = studies[name], player = part("player", name);
    if (!player) return;
    const { words, passes } = study.data, hasMarks = study.data.answers.length > 0;
    const [button, range] = [player.querySelector(".play"), player.querySelector(".pass")];
    const state = study.isPlaying ? "pause" : study.pass >= passes && hasMarks ? "replay" : "play";
    player.dataset.state = state;
    button.setAttribute("aria-label", words[state]);
    button.title = words[state];
    button.disabled = range.disabled = !hasMarks;
    range.max = player.querySelector(".reached").max = passes;
    range.setAttribute("aria-label", words.range);
    if (hasMarks && words.valuetext)
      range.setAttribute("aria-valuetext", fill(words.valuetext, fieldsOf(study)));
    range.style.setProperty("--known", `${(100 * lastKnown(study)) / passes}%`);
    player.querySelector("output").textContent = `${study.pass} / ${passes}`;
  };

  const drawSentence = (name) => {
    const study = studies[name], { words, passes } = study.data;
    const sentence = part("sentence", name), live = part("live", name);
    if (!sentence) return;
    const hasMarks = study.data.answers.length > 0;
    if (!hasMarks && live) live.textContent = "";
    if (!hasMarks) return void (sentence.textContent = "");
    const parts = fill(words.summary, fieldsOf(study)).split("**");
    sentence.replaceChildren(...parts.map((text, at) => (at % 2 ? bold(text) : text)));
    const quarter = Math.floor((4 * study.pass) / passes);
    if (!live || study.spoken === `${study.data.run} ${quarter}` || study.pass === 0) return;
    study.spoken = `${study.data.run} ${quarter}`;
    live.textContent = fill(words.valuetext, fieldsOf(study));
  };

  const bold = (text) => Object.assign(document.createElement("b"), { textContent: text });

  const drawWarnings = (name) => {
    const { data, pass } = studies[name];
    for (const { key, from, until } of data.warnings ?? []) {
      const place = document.querySelector(`.st-key-${key}`);
      if (place) place.classList.toggle("is-shown", pass >= from && until > pass);
    }
  };

  const drawSheet = (name) => {
    const study = studies[name], sheet = part("sheet", name);
    if (!sheet) return;
    const { data, pass } = study, { batch_size: size } = data;
    const columns = (innerWidth > 500 && data.columns) || 10; // on a phone a digit stays legible
    const count = data.order.length, rows = count / 10; // of the picture, ten questions in a row
    sheet.style.setProperty("--columns", columns);
    sheet.style.setProperty("--ratio", (columns * columns) / count);
    sheet.classList.toggle("is-strip", columns * columns !== count);
    if (!sheet.firstChild)
      for (let at = 0; count > at; at++) {
        const cell = sheet.appendChild(document.createElement("button"));
        cell.type = "button";
        cell.className = "cell";
        cell.tabIndex = at ? -1 : 0;
        const down = (Math.floor(at / 10) * 100) / Math.max(rows - 1, 1);
        cell.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${down}%`;
        cell.style.backgroundSize = `1000% ${rows * 100}%`;
        cell.appendChild(document.createElement("i"));
      }
    sheet.setAttribute("aria-label", data.words.sheet);
    const picture = `url("${pictures[data.picture] ?? data.picture}")`;
    const batchOf = (at) => Math.floor(at / size);
    [...sheet.children].forEach((cell, at) => {
      const { answer, state } = answerAt(data, pass, at);
      const hasEnd = (other, isNear) => isNear && count > other && batchOf(other) !== batchOf(at);
      const isNew = Boolean(data.solved) && ["right", "wrong"].includes(state);
      cell.dataset.state = state;
      cell.firstChild.textContent =
        { right: "○", wrong: `╱${answer}`, given: answer, "": "" }[state];
      cell.classList.toggle("is-new", isNew && answerAt(data, pass - 1, at).state !== state);
      cell.classList.toggle("ends-right", size > 0 && hasEnd(at + 1, (at + 1) % columns !== 0));
      cell.classList.toggle("ends-below", size > 0 && hasEnd(at + columns, true));
      cell.classList.toggle("is-odd", size > 0 && batchOf(at) % 2 === 1);
      cell.classList.toggle("is-framed", Boolean(data.framed?.includes(data.order[at])));
      cell.setAttribute("aria-label", describe(study, at));
      if (cell.style.backgroundImage !== picture) cell.style.backgroundImage = picture;
    });
    drawDetail(name);
  };

  // What is written as a letter is answered and not checked yet, "a" for 0.
  const answerAt = (data, pass, at) => {
    const question = data.order[at], key = data.key[question];
    const written = (data.answers[pass]?.[question] ?? "").trim();
    const isGiven = written >= "a";
    const answer = isGiven ? `${written.charCodeAt(0) - 97}` : written;
    const state = !written ? "" : isGiven ? "given" : answer === key ? "right" : "wrong";
    const sure = data.sure?.[pass]?.slice(2 * question, 2 * question + 2);
    return { key, answer, state, sure: +sure };
  };

  const describe = (study, at) => {
    const { words } = study.data, { key, answer, state, sure } = answerAt(study.data, study.pass, at);
    const parts = [fill(words.question, { number: at + 1, key })];
    if (state) parts.push(fill(words[state], { answer }));
    if (state && study.data.sure) parts.push(fill(words.sure, { sure }));
    return parts.join(" · ");
  };

  const drawDetail = (name) => {
    const study = studies[name], detail = part("detail", name);
    if (!detail) return;
    const { looked, data: { words, batch_size: size } } = study;
    const hint = size ? words.hint_batches : words.hint;
    detail.textContent = looked === null ? hint : describe(study, looked);
  };

  // What the learner does. Streamlit may make elements anew, so the document listens for them.

  const listen = (what, selector, act) =>
    document.addEventListener(what, (event) => {
      const element = event.target.closest?.(selector);
      if (element) act(element, event);
    });
  listen("click", ".player .play", (button) => toggle(nameOf(button)));
  listen("input", ".player .pass", (range) => {
    pause(nameOf(range));
    show(nameOf(range), +range.value);
  });
  const look = (cell) => {
    studies[nameOf(cell)].looked = [...cell.parentElement.children].indexOf(cell);
    drawDetail(nameOf(cell));
  };
  for (const what of ["pointerover", "focusin", "click"]) listen(what, ".sheet .cell", look);
  listen("keydown", ".sheet .cell", (cell, event) => {
    const row = +cell.parentElement.style.getPropertyValue("--columns");
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key];
    const cells = [...cell.parentElement.children], to = cells[cells.indexOf(cell) + by];
    if (!by || !to) return;
    event.preventDefault();
    cell.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });

  // The buttons beside a slider: they move it here, so that six quick presses make six.

  const setSlider = (name, to) => {
    const input = document.querySelector(`.st-key-${name} input[type="range"]`);
    const value = Math.min(Math.max(to(+input.value), +input.min), +input.max);
    const focused = document.activeElement;
    input.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true })); // as a finger does
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    window.dispatchEvent(new PointerEvent("pointerup"));
    focused.focus();
  };
  listen("click", "[data-slider]", ({ dataset }) =>
    setSlider(dataset.slider, (now) => (dataset.to ? +dataset.to : now + +dataset.by)));

  // The address holds what is set, and is replaced, so that Back leaves the page. In a room, the
  // browser keeps a random name, or the lecturer's secret, until it is closed.

  const setCookie = (name, value) => {
    const rules = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    document.cookie = `${name}=${value}; Path=/; ${rules}`;
    return document.cookie.includes(`${name}=${value}`); // not in every frame
  };
  const lead = (address, code, secret) => {
    if (!setCookie(`lead_${code}`, secret)) address.searchParams.set("secret", secret);
    address.searchParams.set("room", code);
  };

  // A code in capitals leads to the one of several servers that has its room (nginx.conf). What the
  // lecturer's link has behind # is for this browser alone.
  const here = new URL(location.href), room = here.searchParams.get("room");
  const [, secret] = here.hash.match(/^#secret=([\w-]+)$/) ?? [];
  if (room && (secret || room !== room.toUpperCase())) {
    here.searchParams.set("room", room.toUpperCase());
    if (secret) lead(here, room.toUpperCase(), secret);
    here.hash = "";
    history.replaceState(history.state, "", here);
    location.reload();
  }
  listen("click", "[data-opens]", ({ dataset }) => {
    const address = new URL(location.href);
    lead(address, dataset.opens, dataset.secret);
    address.hash = "share";
    location.assign(address);
  });
  let visit;
  const setPage = (lang, wanted, cookies, now) => {
    // The server has forgotten the visit, and would begin with the address of its beginning.
    if (visit && visit !== now) return location.reload();
    visit = now;
    for (const [name, value] of Object.entries(cookies))
      if (!setCookie(name, value)) delete wanted.secret; // or a reload would not lead any more
    document.documentElement.lang = lang; // Streamlit's own document is always English
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(wanted))
      if (value === null) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    if (address.hash === "#share") openShare();
    address.hash = "";
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  };
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
    // At the end of the page there is no room to scroll before the chapter has come.
    const scroll = () => summary.scrollIntoView(), grows = new ResizeObserver(scroll);
    grows.observe(summary.parentElement);
    for (const what of ["wheel", "pointerdown", "keydown"])
      addEventListener(what, () => grows.disconnect(), { once: true, passive: true });
    setTimeout(() => grows.disconnect(), 10_000);
  });

  // Where the element that had the focus is gone or disabled, the one in its place gets it.

  let place = "";
  document.addEventListener("pointerdown", () => (place = ""), true);
  listen("focusin", "[class*='st-key-']", ({ classList }) => {
    place = [...classList].find((name) => name.startsWith("st-key-"));
  });
  const keepFocus = () => {
    // In a frame, the page around it may have the focus.
    if (!place || !document.hasFocus() || document.activeElement !== document.body) return;
    const near = document.querySelector(`.${place} :is(button, input, summary):not(:disabled)`);
    near?.focus({ preventScroll: true });
  };

  // What Streamlit makes anew is drawn anew: an empty sheet, a chart that is bound again.

  let isDue = false;
  const refresh = () => {
    isDue = false;
    for (const name of Object.keys(studies)) if (part("sheet", name)) draw(name);
    for (const line of document.querySelectorAll("[class*='_spoken']")) line.role = "status";
  };
  addEventListener("resize", refresh); // a phone that is turned has other columns
  const OURS = ".sheet, .player, svg.marks, [class*='st-key-warning'], [class*='_spoken']";
  new MutationObserver((changes) => {
    requestAnimationFrame(keepFocus);
    const isOurs = (node) =>
      node.nodeType === 1 && (node.matches(OURS) || node.querySelector(OURS));
    if (isDue || !changes.some((change) => [...change.addedNodes].some(isOurs))) return;
    isDue = true;
    requestAnimationFrame(refresh);
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled"] });

  const keepPicture = (student, picture) => void (pictures[student] = picture);
  const acts = { study: receive, picture: keepPicture, page: setPage };
  const act = ([what, ...values]) => acts[what](...values);
  const waiting = window.exam ?? [];
  window.exam = { isAlive: true, push: act, studies };
  waiting.forEach(act);
})();
