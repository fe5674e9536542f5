// What a hall has written, a button for each question, which takes it out.

const FEWEST = 10; // for which there is a place from the beginning
const AIMING = 3_000; // milliseconds after the mouse has moved over the sheet

export default function ({ data, parentElement, setTriggerValue }) {
  const sheet = parentElement.querySelector(".hall-sheet");
  sheet.onpointermove = () => (sheet.aimedAt = performance.now());
  const isAimedAt =
    performance.now() - sheet.aimedAt < AIMING || sheet.querySelector(":focus-visible");
  const before = new Map([...sheet.children].map((cell) => [+cell.dataset.number, cell]));
  const newCell = (number) => {
    const cell = Object.assign(document.createElement("button"), { type: "button" });
    cell.dataset.number = number;
    cell.onclick = () => setTriggerValue("removed", number);
    return cell;
  };
  // A cell stays while others come, or a press on it would be lost.
  const cells = data.numbers.map((number, at) => {
    const cell = before.get(number) ?? newCell(number);
    before.delete(number);
    cell.title = data.take_out.replace("{digit}", data.digits[at]);
    cell.setAttribute("aria-label", cell.title);
    cell.style.backgroundImage = `url("${data.picture}")`;
    cell.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${(Math.floor(at / 10) * 100) / 9}%`;
    return cell;
  });
  for (const cell of before.values()) cell.remove();
  // What is written again has another place. While somebody aims, all stay where they are: whoever
  // wrote again and again could not be hit, and others were taken out.
  if (isAimedAt) sheet.append(...cells.filter((cell) => !cell.isConnected));
  else
    cells.forEach((cell, at) => {
      if (sheet.children[at] !== cell) sheet.insertBefore(cell, sheet.children[at] ?? null);
    });
  sheet.style.setProperty("--count", Math.max(data.numbers.length, FEWEST));
}
