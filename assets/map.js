// What the cards of the map say of their chapters: which comes next, and what was guessed.

let notes = {}; // by chapter
let nextChapter = "";
const drawNotes = () => {
  for (const summary of document.querySelectorAll("[class*='_open'] summary")) {
    const [, name] = summary.closest("[class*='_open']").className.match(/st-key-(\w+)_open/);
    const note = summary.querySelector(".note") ?? document.createElement("span");
    note.className = "note";
    setText(note, notes[name] ?? "");
    summary.parentElement.toggleAttribute("data-next", name === nextChapter);
    if (!note.isConnected) summary.querySelector("p").append(note);
  }
};
redraws.push(drawNotes);
handlers.map = (all, next) => {
  [notes, nextChapter] = [all, next];
  drawNotes();
};
