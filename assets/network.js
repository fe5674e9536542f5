// The student's network in the browser: its weights after some passes (exam/model/snapshots.py),
// and the answers that it gives to a picture, as Keras would.

const DIGITS = 10;
let weights = null; // last received: student, study and snapshots

const numbersOf = (text, Kind) =>
  new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

// For each pass the kernel of the hidden units [PIXELS × UNITS], and all other weights: their bias,
// the kernel of the answers [UNITS × DIGITS] and the bias of these.
const snapshotsOf = ({ passes, first, pixels, changes, others }) => {
  let kernel = Float32Array.from(numbersOf(first.steps, Int16Array), (step) => step * first.scale);
  return passes.map((pass, at) => {
    if (at > 0) kernel = withChange(kernel, pixels, changes[at - 1]);
    return { pass, kernel, others: numbersOf(others[at], Float32Array) };
  });
};
const withChange = (before, pixels, { scales, steps }) => {
  const kernel = before.slice(), changed = numbersOf(steps, Int8Array);
  const scaleOf = numbersOf(scales, Float32Array);
  pixels.forEach((pixel, at) => {
    for (let unit = 0; unit < UNITS; unit++)
      kernel[pixel * UNITS + unit] += changed[at * UNITS + unit] * scaleOf[unit];
  });
  return kernel;
};

// Each hidden unit's output for a picture of 784 grey values: 0 if it is off.
const outputsFor = ({ kernel, others }, picture) => {
  const units = others.slice(0, UNITS);
  picture.forEach((grey, pixel) => {
    if (grey) for (let unit = 0; unit < UNITS; unit++) units[unit] += (grey / 255) * kernel[pixel * UNITS + unit];
  });
  return units.map((input) => Math.max(input, 0));
};
// The probability of each digit.
const answerTo = (snapshot, picture) => {
  const { others } = snapshot, logits = [...others.slice(UNITS + UNITS * DIGITS)];
  outputsFor(snapshot, picture).forEach((output, unit) =>
    pushesOf(snapshot, output, unit).forEach((push, digit) => (logits[digit] += push)));
  const highest = Math.max(...logits), powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power);
  return powers.map((power) => power / sum);
};

// What a unit with this output adds to each logit.
const pushesOf = ({ others }, output, unit) => {
  const first = UNITS + unit * DIGITS;
  return Array.from(others.slice(first, first + DIGITS), (weight) => output * weight);
};

// What a unit sums up for a picture: ink times weight for each pixel, and its positive and
// negative sums.
const productsOf = ({ kernel, others }, picture, unit) => {
  const weights = Float32Array.from(picture, (_, pixel) => kernel[pixel * UNITS + unit]);
  const products = weights.map((weight, pixel) => (weight * picture[pixel]) / 255);
  const sum = (sign) => products.reduce((total, each) => total + Math.max(sign * each, 0), 0);
  return { weights, products, up: sum(1), down: sum(-1), bias: others[unit] };
};

// The student as the player shows it. Before a study the snapshot of pass 0 is enough; of a complete
// one that of the nearest pass is taken. Without one, null; then the server is asked (paper.js).
// What each weight of the hidden units has gained since before the study, as head.js draws it.
const gainedAt = (snapshot) => {
  const [{ kernel: first }] = weights.snapshots, { kernel } = snapshot;
  snapshot.gained ??= noWeights().map((_, at) => {
    const place = (at % PIXELS) * UNITS + Math.floor(at / PIXELS);
    return kernel[place] - first[place];
  });
  return snapshot.gained;
};

const nearest = (snapshots, pass) =>
  snapshots.reduce((best, each) => (Math.abs(each.pass - pass) < Math.abs(best.pass - pass) ? each : best));
const studyOf = ({ batch_size, passes }) => `${batch_size} ${passes}`;
const isStudied = ({ plays, answers, passes }) => plays && answers.length > passes;
const hasWeightsOf = ({ data }) =>
  weights?.student === data.picture && (!isStudied(data) || weights.study === studyOf(data));
const snapshotNow = (study) => {
  const { data, pass } = study;
  if (!hasWeightsOf(study) || (!isStudied(data) && pass > 0)) return null;
  return nearest(weights.snapshots, pass);
};
handlers.weights = (student, study, data) => {
  weights = { student, study, snapshots: snapshotsOf(data) };
  drawPaper("study");
  if (paper.isOpen) speakAnswer();
};
