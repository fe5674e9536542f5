// The letters of a question on a projector are as large as its place allows.

const SIZES = [2, 1.85, 1.7, 1.55, 1.4, 1.25, 1.1, 1]; // of the page's letters

const fitQuestion = () => {
  const place = document.querySelector(".st-key-hall_question");
  if (!place) return;
  SIZES.find((size) => {
    place.style.fontSize = `${size}rem`;
    return place.scrollHeight <= place.clientHeight;
  });
};
