"""What the page says, held against the marks of all thirty students.

Every sentence that a chapter has chosen, for the class that it shows and for every student alone,
and at every setting that it may be asked for, is worked out here a second time, from the marks, by
NumPy. From which number on something counts as much or as little, the chapter alone says. The table
of what was chosen, and how often the warning is right, is printed: it is that of
`python -m tests.tools.audit`.
"""

import functools
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

from exam.lesson import chapters
from exam.lesson.chapter import Experiment
from exam.lesson.chapters import CHAPTERS
from exam.model.exams import NEAR_CHANCE, load_exams
from exam.model.overfitting import MIN_RISE, PATIENCE
from exam.model.plan import FINAL, UNSEEN, Plan
from exam.page.player import MAX_MISSED
from exam.page.sentences import CLOSE
from tests.numpy_student import Student, X, Y
from tests.scripted import MEASURED
from tests.tools import audit


@pytest.fixture(scope="module")
def marks(request):
    """Of the chapters whose tests are selected alone, as by `-k pianist`; otherwise all."""
    tests = [each for each in request.session.items if "marks" in each.fixturenames]
    params = [each.callspec.params if hasattr(each, "callspec") else {} for each in tests]
    names = {each.get("name") for each in params}
    return audit.all_marks() if None in names else audit.marks_for(names)


def mean(experiment: Experiment, what: object, field: str, at: int = -1) -> float:
    """Over the studies that are named (what, student)."""
    return np.mean([getattr(m[at], field) for (w, _), m in experiment.marks.items() if w == what])


def means(experiment: Experiment, what: object, field: str) -> np.ndarray:
    studies = [m for (w, _), m in experiment.marks.items() if w == what]
    return np.mean([[getattr(mark, field) for mark in m] for m in studies], axis=0)


def own_answers(experiment: Experiment, form: str, at: int) -> np.ndarray:
    """The answers to one's own exam, and by how many percent they are held, [2, questions]."""
    ((plan, _),) = (each for (what, _), each in experiment.studies.items() if what == form)
    (marks,) = (m for (what, _), m in experiment.marks.items() if what == form)
    answers, confidence = marks[at].own_answers, marks[at].own_confidence
    assert len(answers) == len(plan.own.answers)
    return np.array([list(map(int, answers)), list(confidence)])


def own_questions(experiment: Experiment) -> int:
    return len(next(iter(experiment.studies.values())).plan.own.answers)


def own_wrong(experiment: Experiment, form: str = "centred", at: int = -1) -> float:
    return 100 * np.mean(own_answers(experiment, form, at)[0] != np.arange(10))


def unseen_wrong(experiment: Experiment) -> float:
    return mean(experiment, "centred", "val_wrong")


def own_most_confident(experiment: Experiment) -> int:
    answers, sure = own_answers(experiment, "centred", -1)
    return max(sure[answers != np.arange(10)], default=0)


def own_size(experiment: Experiment) -> int:
    (own,) = {size for size, _ in experiment.marks} - {1, 10, 32, 100}
    return own


def alike(experiment: Experiment, batch_size: int) -> int:
    """Wrong answers to ten sevens."""
    return 10 - experiment.marks[batch_size, 1, "look_alikes"][1].answers_in_pass.count("7")


def tenth_meeting(experiment: Experiment, batch_size: int, meeting: int = 9) -> float:
    key = load_exams().mock.answers[0]
    wrong = []
    for (size, student, book), (_, mark) in experiment.marks.items():
        if (size, book) == (batch_size, "one_exam"):
            order = np.random.RandomState([student, 0]).permutation(100)
            for digit in range(10):
                question = [q for q in order if key[q] == digit][meeting]
                wrong.append(int(mark.answers_in_pass[question]) != digit)
    return np.mean(wrong)


def just_learnt(experiment: Experiment) -> float:
    """Of the wrong answers at first meetings, the share that is a digit met before."""
    key, named = load_exams().mock.answers[0], []
    for (size, student, book), (_, mark) in experiment.marks.items():
        if (size, book) == (1, "one_exam"):
            order = np.random.RandomState([student, 0]).permutation(100)
            digits, answers = key[order], np.array(list(mark.answers_in_pass), int)[order]
            for at in range(100):
                if digits[at] not in digits[:at] and answers[at] != digits[at]:
                    named.append(answers[at] in digits[:at])
    return np.mean(named)


def sure(experiment: Experiment) -> float:
    at = 1 + np.argmin(means(experiment, "class", "val_loss")[1:])
    return np.diff(means(experiment, "class", "val_confidence_when_wrong")[[at, -1]])[0]


def errors(experiment: Experiment) -> float:
    at = 1 + np.argmin(means(experiment, "class", "val_loss")[1:])
    return np.diff(means(experiment, "class", "val_wrong")[[at, -1]])[0]


def high_digits(experiment: Experiment, at: int) -> float:
    key = load_exams().unseen.answers[0]
    answers = [m[at].val_answers for (b, _), m in experiment.marks.items() if b == "pianist_0_to_4"]
    return 100 * np.mean([[int(a[q]) != key[q] for q in range(100) if key[q] > 4] for a in answers])


def first_gap(experiment: Experiment) -> int:
    """The first pass after which less than half as many are wrong on the practised exam."""
    practised, unseen = means(experiment, "signs", "wrong"), means(experiment, "signs", "val_wrong")
    return int(np.argmax(practised < unseen / 2))


def lowest(experiment: Experiment) -> int:
    return 1 + int(np.argmin(means(experiment, "signs", "val_loss")[1:]))


def repeats(experiment: Experiment, book: str) -> float:
    return mean(experiment, book, "val_wrong") - mean(experiment, book, "val_wrong", 100)


def automatic_stops(experiment: Experiment) -> dict[int, int]:
    """By student: the rule of the warning in a loop of its own."""
    stops = {}
    for student in sorted({student for _, student in experiment.marks}):
        losses = [mark.val_loss for mark in experiment.marks[UNSEEN, student]][1:]
        stops[student] = 40
        for now in range(1, 41):
            best = 1 + int(np.argmin(losses[:now]))
            if now - best >= PATIENCE and losses[now - 1] - losses[best - 1] >= MIN_RISE:
                stops[student] = best
                break
    return stops


def stops(experiment: Experiment, field: str) -> tuple[float, float, float]:
    """Own, automatic and last."""
    automatic = [
        getattr(experiment.marks[FINAL, student][at], field)
        for student, at in automatic_stops(experiment).items()
    ]
    own = experiment.attempt.guess
    return mean(experiment, FINAL, field, own), np.mean(automatic), mean(experiment, FINAL, field)


def worse(experiment: Experiment) -> bool:
    own, automatic, _ = stops(experiment, "val_loss")
    return own - automatic >= chapters.final_exam.HIGHER


def is_before(experiment: Experiment) -> bool:
    """Whether the own stop is before the automatic one of any student."""
    return experiment.attempt.guess < max(automatic_stops(experiment).values())


def proportional(experiment: Experiment, at: int) -> np.ndarray:
    rates = ((1, 0.005), (10, 0.05), (100, 0.5))
    return np.ptp([mean(experiment, pair, "val_wrong", at) for pair in rates])


def same_rate(experiment: Experiment) -> float:
    return np.ptp([mean(experiment, (size, 0.05), "val_wrong") for size in (1, 10, 100)])


def misprints(experiment: Experiment) -> int:
    return next(iter(experiment.marks))[0]


def more_errors(experiment: Experiment) -> float:
    own = misprints(experiment)
    return mean(experiment, own, "val_wrong") - mean(experiment, 0, "val_wrong")


def stopped_early(experiment: Experiment, misprints: int) -> float:
    """How many wrong answers it saves that every student stops at its lowest loss."""
    saved = []
    for (number, _), marks in experiment.marks.items():
        if number == misprints:
            at = 1 + int(np.argmin([mark.val_loss for mark in marks[1:]]))
            saved.append(marks[-1].val_wrong - marks[at].val_wrong)
    return np.mean(saved)


def behind(experiment: Experiment) -> float:
    """By how many wrong answers batch size 100 is behind 10 after as many updates."""
    return mean(experiment, 100, "wrong", 100) - mean(experiment, 10, "wrong", 10)


def gains(experiment: Experiment, size: int) -> np.ndarray:
    return -np.diff(means(experiment, size, "wrong")[[0, 5, 10]])


class Path(NamedTuple):
    """The updates of a first pass, by NumPy: the means of those that agree with the whole exam by
    a cosine and of their lengths, without a shorter last batch, and where the pass leads."""

    agreement: float
    length: float
    walked: float
    distance: float
    outside_ink: int
    first_is_its_ink: bool

    @property
    def along(self) -> float:
        return self.length * self.agreement


@functools.cache
def path(student: int, batch_size: int) -> Path:
    network, order = Student(student), np.random.RandomState([student, 0]).permutation(100)
    x, y = X[:100], Y[:100]

    def weights() -> list[np.ndarray]:
        return [part.astype(float) for part in vars(network).values()]

    def difference(before: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([(b - a).ravel() for a, b in zip(before, weights(), strict=True)])

    begin, agreements, lengths, outside, is_its_ink = weights(), [], [], 0, False
    for start in range(0, 100, batch_size):
        batch, before = order[start : start + batch_size], weights()
        kept = [part.copy() for part in vars(network).values()]
        network.learn(x, y)
        of_exam = difference(before)
        network.w1, network.b1, network.w2, network.b2 = kept
        network.learn(x[batch], y[batch])
        step = difference(before)
        changed, has_ink = step[: 784 * 32].reshape(784, 32) != 0, (x[batch] > 0).any(axis=0)
        outside += changed[~has_ink].sum()
        if start == 0:
            most = np.abs(step[: 784 * 32].reshape(784, 32)).sum(axis=0).argmax()
            is_its_ink = (changed[:, most] == has_ink).all()
        agreements.append(step @ of_exam / np.linalg.norm(step) / np.linalg.norm(of_exam))
        lengths.append(np.linalg.norm(step))
    full, end = 100 // batch_size, np.linalg.norm(difference(begin))
    means = np.mean(agreements[:full]), np.mean(lengths[:full])
    return Path(*means, np.sum(lengths), end, outside, is_its_ink)


def mean_path(experiment: Experiment, batch_size: int, field: str) -> float:
    students = [student for size, student in experiment.marks if size == batch_size]
    return np.mean([getattr(path(student, batch_size), field) for student in students])


def prints_only(experiment: Experiment) -> bool:
    """Whether all weights that any update moves lie under ink, and all under the first's moved."""
    first = min(student for _, student in experiment.marks)
    paths = [path(student, size) for size, student in experiment.marks]
    return path(first, 1).first_is_its_ink and not any(each.outside_ink for each in paths)


EDGE = 1e-5  # what two ways to add the same numbers may differ by
Claim = Callable[[Experiment], bool]
CLAIMS: dict[str, dict[str, Claim]] = {
    "sheet": {
        "rule_nothing": lambda f: (
            mean(f, "shuffled_key", "val_wrong") >= NEAR_CHANCE
            and mean(f, "shuffled_key", "wrong") <= 15
        ),
    },
    "first_pass": {
        "rule": lambda f: all(
            marks[1].answers_in_pass == marks[0].answers
            for (size, *_), marks in f.marks.items()
            if size == 100
        ),
        "learns_at_once": lambda f: (
            tenth_meeting(f, 1) < min(tenth_meeting(f, 1, 0), tenth_meeting(f, 100))
        ),
        "worse_at_first": lambda f: (
            100 * (tenth_meeting(f, 1, 0) - tenth_meeting(f, 100, 0))
            >= chapters.first_pass.WORSE - EDGE
            and just_learnt(f) >= chapters.first_pass.MOSTLY / 100
        ),
        "only_that_digit": lambda f: (
            f.marks[1, 1, "look_alikes"][1].val_answers.count("7") >= chapters.first_pass.LIKE
        ),
    },
    "update": {
        "prints": prints_only,
        "pulls_its_own_way": lambda f: (
            100 * mean_path(f, 1, "agreement") < chapters.update.HALF
            and mean_path(f, 1, "length") >= chapters.update.LONGER * mean_path(f, 100, "length")
        ),
        "as_far": lambda f: (
            max(mean_path(f, size, "along") for size in (1, 10, 32, 100))
            < chapters.update.AS_FAR * min(mean_path(f, size, "along") for size in (1, 10, 32, 100))
        ),
        "large_is_surer": lambda f: (
            all(np.diff([mean_path(f, size, "agreement") for size in (1, 10, 32, 100)]) > 0)
            and mean_path(f, 100, "distance")
            >= chapters.update.STRAIGHT * mean_path(f, 100, "walked")
        ),
    },
    "batch_sizes": {
        "rest_weighs_more": lambda f: (
            mean(f, own_size(f), "wrong", 20)
            >= mean(f, 100, "wrong", 20) + chapters.batch_sizes.LEVEL
            and own_size(f) > 50  # one update of a whole batch, and one of what is left over
        ),
        "small_learns_more": lambda f: (
            mean(f, 1, "wrong", 20) < mean(f, 100, "wrong", 20) - chapters.batch_sizes.LEVEL
        ),
        "large_is_level": lambda f: abs(behind(f)) < chapters.batch_sizes.LEVEL,
        "large_is_ahead": lambda f: behind(f) <= -chapters.batch_sizes.LEVEL,
        "large_is_behind": lambda f: behind(f) >= chapters.batch_sizes.LEVEL,
    },
    "learning_rate": {
        "ends_level": lambda f: proportional(f, -1) < chapters.learning_rate.NEARLY * same_rate(f),
        "rule_level": lambda f: mean(f, (1, 0.05), "val_wrong") < mean(f, (100, 0.05), "val_wrong"),
        "too_large": lambda f: mean(f, (1, 0.5), "val_wrong") >= NEAR_CHANCE,
        "large": lambda f: mean(f, (1, 0.5), "val_wrong") < NEAR_CHANCE,
    },
    "repetition": {
        "gains_less": lambda f: gains(f, 10)[1] < gains(f, 10)[0],
        "nothing_left": lambda f: mean(f, 10, "wrong") <= chapters.repetition.REMAINING[-1],
        "large_keeps_on": lambda f: (
            gains(f, 100)[1] >= chapters.repetition.AS_MANY * gains(f, 100)[0]
        ),
        "large_slows_too": lambda f: (
            gains(f, 100)[1] < chapters.repetition.AS_MANY * gains(f, 100)[0]
        ),
    },
    "students": {"rule_apart": lambda f: np.ptp([m[-1].val_wrong for m in f.marks.values()]) > 0},
    "own_exam": {
        "harder": lambda f: (
            own_wrong(f) >= mean(f, "centred", "val_wrong") + chapters.own_exam.HARDER
        ),
        "no_harder": lambda f: (
            own_wrong(f) < mean(f, "centred", "val_wrong") + chapters.own_exam.HARDER
        ),
        "few": lambda f: own_questions(f) <= chapters.own_exam.FEW_DRAWINGS,
        "gained": lambda f: own_wrong(f, at=1) - own_wrong(f) >= chapters.own_exam.MORE,
        "gained_nothing": lambda f: own_wrong(f, at=1) - own_wrong(f) < chapters.own_exam.MORE,
        "sure": lambda f: own_most_confident(f) >= chapters.own_exam.SURE,
        "form_matters": lambda f: own_wrong(f, "small") - own_wrong(f) >= chapters.own_exam.MORE,
        "form_no_matter": lambda f: own_wrong(f, "small") - own_wrong(f) < chapters.own_exam.MORE,
    },
    "twenty_exams": {
        "twenty_win": lambda f: (
            mean(f, "one_exam", "val_wrong") - mean(f, "twenty_exams", "val_wrong")
            >= chapters.twenty_exams.LEVEL
        ),
        "repeating_helps": lambda f: (
            mean(f, "one_exam", "val_wrong", 1) - mean(f, "one_exam", "val_wrong")
            >= chapters.twenty_exams.LEVEL
        ),
    },
    "sureness": {
        "surer": lambda f: sure(f) >= chapters.sureness.SURER,
        "errors_rose": lambda f: errors(f) >= CLOSE,
        "errors_same": lambda f: abs(errors(f)) < CLOSE,
        "errors_fell": lambda f: errors(f) <= -CLOSE,
    },
    "pianist": {
        "gap_first": lambda f: first_gap(f) < lowest(f),
        "loss_first": lambda f: first_gap(f) >= lowest(f),
        "overfit": lambda f: (
            repeats(f, "pianist") >= chapters.pianist.ROSE and mean(f, "pianist", "wrong") == 0
        ),
        "no_overfit": lambda f: repeats(f, "pianist") < chapters.pianist.ROSE,
        "forgot": lambda f: high_digits(f, -1) - high_digits(f, 100) >= chapters.pianist.FORGOT,
    },
    "final_exam": {
        "early": lambda f: worse(f) and is_before(f),
        "late": lambda f: worse(f) and not is_before(f),
        "near": lambda f: not worse(f),
        "errors_rose": lambda f: np.diff(stops(f, "val_wrong")[1:]) >= CLOSE,
        "errors_same": lambda f: (
            abs(np.diff(stops(f, "val_wrong")[1:])) < CLOSE
            and np.diff(stops(f, "val_loss")[1:]) > 0
        ),
        "errors_fell": lambda f: np.diff(stops(f, "val_wrong")[1:]) <= -CLOSE,
        "seen_once": lambda f: f.attempt.number == 1,
    },
    "misprints": {
        "learnt": lambda f: mean(f, misprints(f), "wrong") < chapters.misprints.NONE_FOR_MOST,
        "not_learnt": lambda f: mean(f, misprints(f), "wrong") >= chapters.misprints.NONE_FOR_MOST,
        "more_errors": lambda f: more_errors(f) >= chapters.misprints.MORE - EDGE,
        "no_more_errors": lambda f: more_errors(f) < chapters.misprints.MORE + EDGE,
        "stopping_saves": lambda f: (
            stopped_early(f, misprints(f)) >= chapters.misprints.MORE - EDGE
        ),
        "stopping_saves_with_most": lambda f: (
            stopped_early(f, 30) >= chapters.misprints.MORE - EDGE
        ),
        "stopping_saves_nothing": lambda f: (
            stopped_early(f, misprints(f)) < chapters.misprints.MORE + EDGE
        ),
        "no_misprints": lambda f: misprints(f) == 0,
    },
}
# Whether each of the choices is right; of these exactly one is to be.
CHOICES: dict[str, Callable[[Experiment], list[bool]]] = {
    "sheet": lambda f: interval(
        mean(f, "shuffled_key", "val_wrong"),
        mean(f, "one_exam", "val_wrong") + chapters.sheet.NEAR_KEY + EDGE,
        NEAR_CHANCE,
    ),
    "first_pass": lambda f: interval(
        -alike(f, 1), 1 - chapters.first_pass.MOST_WRONG, -chapters.first_pass.FEW_WRONG
    ),
    "update": lambda f: [False, prints_only(f), not prints_only(f)],
    "batch_sizes": lambda f: [
        mean(f, size, "wrong", 20) == max(mean(f, each, "wrong", 20) for each in (1, 10, 32, 100))
        for size in (1, 10, 32, 100)
    ],
    "learning_rate": lambda f: interval(
        -proportional(f, -1) / same_rate(f),
        EDGE - chapters.learning_rate.HALF,
        EDGE - chapters.learning_rate.NEARLY,
    ),
    "repetition": lambda f: interval(
        -gains(f, 10)[1] / gains(f, 10)[0],
        EDGE - chapters.repetition.AS_MANY,
        EDGE - chapters.repetition.QUARTER,
    ),
    "students": lambda f: interval(
        np.ptp([m[-1].val_wrong for m in f.marks.values()]), 1e-9, chapters.students.FEW_APART
    ),
    "twenty_exams": lambda f: (
        lambda gain, level: [gain <= -level, gain >= level, -level < gain < level]
    )(
        mean(f, "one_exam", "val_wrong") - mean(f, "twenty_exams", "val_wrong"),
        chapters.twenty_exams.LEVEL,
    ),
    "sureness": lambda f: interval(
        sure(f), EDGE - chapters.sureness.SURER, chapters.sureness.SURER
    ),
    "pianist": lambda f: (
        lambda rise, low: [
            max(rise, low) < 0,
            max(rise, low) >= 0 and low - rise < chapters.pianist.FORGOT,
            low - rise >= chapters.pianist.FORGOT,
        ]
    )(repeats(f, "pianist"), repeats(f, "pianist_0_to_4")),
    "own_exam": lambda f: (
        lambda right: [right >= chapters.own_exam.NEARLY_ALL, 50 < right < 90, right <= 50]
    )(100 - own_wrong(f)),
    "misprints": lambda f: (
        lambda wrong, few, many: [few <= wrong <= many, wrong < few, wrong > many]
    )(
        mean(f, misprints(f), "wrong"),
        chapters.misprints.NONE_FOR_MOST,
        chapters.misprints.TOO_MANY,
    ),
}


def interval(value: float, low: float, high: float) -> list[bool]:
    """Below `low`, from there to before `high`, from there on."""
    return [value < low, low <= value < high, high <= value]


@pytest.mark.parametrize("name", MEASURED)
def test_every_sentence_holds_wherever_it_is_said(marks, name):
    assert name in CLAIMS, f"write CLAIMS[{name!r}]"
    chapter, chosen = CHAPTERS[name], set()
    for choice in audit.guesses(chapter):
        for about, experiment in audit.experiments(name, choice):
            experiment = audit.fill_in(experiment, marks)
            numbers = chapter.numbers(experiment)
            for key in chapter.rule(numbers):
                claim = CLAIMS[name].get(key)
                assert claim is None or claim(experiment), f"{name}.{key} at {about}"
                chosen.add(key)
            if chapter.answer:
                choices = CHOICES[name](experiment)
                assert sum(choices) == 1 and choices[chapter.answer(numbers)], (about, choices)
    unproven = chosen - {"rule"} - CLAIMS[name].keys()
    assert not unproven, f"no claim for {unproven}: write CLAIMS[{name!r}][...]"


def test_the_warning_is_right(marks, capsys):
    """Judged on the unseen exams, and on the final exams that it knows nothing of."""
    table = list(audit.warning_table(marks))
    with capsys.disabled():
        print("", *table, "", *audit.chapters(marks), sep="\n")
    rows = {tuple(row.split()[:3]): list(map(int, row.split()[3:])) for row in table[1:]}
    for passes in map(str, audit.LENGTHS):
        true, false, missed, raised, back = rows[str(MIN_RISE), passes, UNSEEN]
        assert false <= 0.02 * raised and missed <= 0.02 * true and back <= 0.02 * raised
        ours, without = (rows[rise, passes, FINAL] for rise in (str(MIN_RISE), "0.0"))
        assert ours[1] <= without[1] and ours[4] <= without[4]
    assert sum(rows[str(MIN_RISE), str(n), FINAL][1] for n in audit.LENGTHS) < 0.6 * sum(
        rows["0.0", str(n), FINAL][1] for n in audit.LENGTHS
    )


def test_what_the_warning_advises_helps_everybody(marks):
    for student in audit.STUDENTS:
        one, twenty = (
            marks[Plan(10, student, book)][20].val_wrong for book in ("one_exam", "twenty_exams")
        )
        assert twenty < one - 5
        losses = [mark.val_loss for mark in marks[Plan(1, student)][1:]]
        assert min(losses) < losses[-1] - MIN_RISE


def test_what_figures_show_is_so_for_everybody(marks):
    """Each of the bars of sureness grows; what students have wrong lies within the axes."""
    key, (low, high) = load_exams().unseen.answers[0], chapters.twenty_exams.ENDS
    for student in audit.STUDENTS:
        studied = marks[Plan(1, student)][:41]
        best = studied[1 + int(np.argmin([mark.val_loss for mark in studied[1:]]))]
        then, now = best.val_confidence, studied[-1].val_confidence
        same = [q for q in range(100) if int(best.val_answers[q]) != key[q]]
        same = [q for q in same if best.val_answers[q] == studied[-1].val_answers[q]]
        assert sum(now[q] > then[q] for q in same) >= MAX_MISSED, student
        books = ("one_exam", "twenty_exams")
        ends = [marks[Plan(10, student, book)][20].val_wrong for book in books]
        assert low < min(ends) and max(ends) < high
    chapter = chapters.students
    for size in (1, 10, 32, 100):
        ends = [marks[Plan(size, student)][chapter.EPOCHS].val_wrong for student in chapter.CLASS]
        standing = Counter(round(end / chapter.STEP) for end in ends)
        assert max(standing.values()) < chapter.TALLEST
        low, high = chapter.axis_for(size)
        assert low < min(ends) and max(ends) < high


def test_other_sentences_that_hold_for_everybody(marks):
    """Misprints make more errors from five on, and a shuffled key leads nowhere."""
    for student, misprints in product(audit.STUDENTS, (5, 10, 20, 30)):
        wrong, without = (
            marks[Plan(10, student, misprints=each)][60].val_wrong for each in (misprints, 0)
        )
        assert wrong > without, (student, misprints)


# Mean of students 1 to 5: batch size -> wrong after 1, 5, 20 passes, unseen after 20, and, after
# 200, whether the unseen loss has risen.
DESIGN_TABLE = {1: (33, 2, 0, 23), 10: (55, 9, 0, 24), 100: (88, 69, 30, 50)}


@pytest.mark.parametrize("batch_size", DESIGN_TABLE)
def test_the_lesson_comes_out_at_every_batch_size(marks, batch_size):
    studies = [marks[Plan(batch_size, student)] for student in range(1, 6)]
    wrong = [np.mean([each[epoch].wrong for each in studies]) for epoch in (1, 5, 20)]
    val_wrong = np.mean([each[20].val_wrong for each in studies])
    assert [*wrong, val_wrong] == pytest.approx(DESIGN_TABLE[batch_size], abs=8)
    for each in studies:
        val_losses = [mark.val_loss for mark in each]
        rise = val_losses[-1] - min(val_losses)
        assert rise > 0.1 if batch_size == 1 else rise > 0.02 if batch_size == 10 else rise == 0
