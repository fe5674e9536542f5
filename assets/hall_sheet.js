// What a hall has written, a button for each question, which takes it out.

export default function ({ data, parentElement, setTriggerValue }) {
  const cellOf = (number, at) => {
    const cell = document.createElement("button"), label = data.take_out;
    cell.type = "button";
    cell.title = label.replace("{digit}", data.digits[at]);
    cell.setAttribute("aria-label", cell.title);
    cell.style.backgroundImage = `url("${data.picture}")`;
    cell.style.backgroundPosition = `${((at % 10) * 100) / 9}% ${(Math.floor(at / 10) * 100) / 9}%`;
    cell.onclick = () => setTriggerValue("out", number);
    return cell;
  };
  parentElement.querySelector(".hall-sheet").replaceChildren(...data.numbers.map(cellOf));
}
