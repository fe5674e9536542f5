// What a hall has written, a button for each question, which takes it out.

const FEWEST = 10; // for which there is a place from the beginning

export default function ({ data, parentElement, setTriggerValue }) {
  const sheet = parentElement.querySelector(".hall-sheet");
  const before = new Map([...sheet.children].map((cell) => [+cell.dataset.number, cell]));
  const newCell = (number) => {
    const cell = Object.assign(document.createElement("button"), { type: "button" });
    cell.dataset.number = number;
    cell.onclick = () => setTriggerValue("removed", number);
    return cell;
  };
  // A cell stays while others come, or a press on it would be lost.
  data.numbers.forEach((number, at) => {
    const cell = before.get(number) ?? newCell(number);
    before.delete(number);
    cell.title = data.take_out.replace("{digit}", data.digits[at]);
    cell.setAttribute("aria-label", cell.title);
    cell.style.backgroundImage = `url("${data.picture}")`;
    cell.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${(Math.floor(at / 10) * 100) / 9}%`;
    if (sheet.children[at] !== cell) sheet.insertBefore(cell, sheet.children[at] ?? null);
  });
  for (const cell of before.values()) cell.remove();
  sheet.style.setProperty("--count", Math.max(data.numbers.length, FEWEST));
}
