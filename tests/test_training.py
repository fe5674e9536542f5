"""study() is plain Keras: compared with model.fit() on arrays, one epoch a call."""

import dataclasses
import pickle
import subprocess
import sys
import threading

import keras
import numpy as np
import psutil
import pytest

from exam.model import training
from exam.model.exams import load_exams
from exam.model.marking import mark
from exam.model.network import initial_weights, shared_network
from exam.model.plan import Plan, Timing
from exam.model.speed import seconds_per_question
from exam.model.training import initial_checkpoint, resume, study
from exam.model.workbooks import question_order

EXAMS = load_exams()
X = EXAMS.mock.questions[0].reshape(100, 784) / np.float32(255)
Y = EXAMS.mock.answers[0].astype(int)
VAL_X = EXAMS.unseen.questions.reshape(1000, 784) / np.float32(255)
VAL_Y = EXAMS.unseen.answers.reshape(1000).astype(int)


def plain_model(student: int, learning_rate: float = 0.05) -> keras.Model:
    """The student as a textbook writes it, with the weights that it brings along."""
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.set_weights(initial_weights(student))
    return model


def without_seconds(epochs):
    return [dataclasses.replace(epoch, seconds=0.0) for epoch in epochs]


@pytest.mark.parametrize(
    ("batch_size", "learning_rate"),
    [(1, 0.05), (7, 0.05), (10, 0.05), (32, 0.05), (99, 0.05), (1, 0.005), (100, 0.5)],
)
def test_equal_to_plain_fit(batch_size, learning_rate):
    epochs, student = 4, 3
    model = plain_model(student, learning_rate)
    for epoch in range(epochs):
        order = question_order(student, epoch)
        before = model.optimizer.iterations.numpy()
        model.fit(X[order], Y[order], batch_size=batch_size, shuffle=False, verbose=0)
        updates = int(model.optimizer.iterations.numpy() - before)
        assert updates == int(np.ceil(100 / batch_size))

    reported = []
    checkpoint = training.resume(
        training.initial_checkpoint(student),
        Plan(batch_size, student, learning_rate=learning_rate),
        epochs=epochs,
        on_epoch=reported.append,
    )
    for ours, theirs in zip(checkpoint.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    last = reported[-1]
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    val_loss, val_accuracy = model.evaluate(VAL_X, VAL_Y, batch_size=1000, verbose=0)
    assert (last.epoch, last.updates) == (epochs, epochs * updates)
    assert (last.loss, last.val_loss) == pytest.approx((loss, val_loss), rel=1e-4)
    assert last.wrong == round(100 * (1 - accuracy))
    assert last.val_wrong == pytest.approx(100 * (1 - val_accuracy), abs=1e-4)
    answers = model.predict(X, verbose=0).argmax(axis=1)
    assert last.answers == "".join(map(str, answers))


def test_epoch_0_is_before_studying():
    first = study(batch_size=10, epochs=1, student=5)[0]
    loss, accuracy = plain_model(5).evaluate(X, Y, verbose=0)
    assert (first.epoch, first.updates, first.seconds) == (0, 0, 0.0)
    assert first.wrong == round(100 * (1 - accuracy))
    assert first.loss == pytest.approx(loss, rel=1e-5)


def test_a_shorter_study_is_the_beginning_of_a_longer_one():
    long, short = (study(batch_size=32, epochs=n, student=4) for n in (12, 5))
    assert without_seconds(long[:6]) == without_seconds(short)
    assert [epoch.epoch for epoch in long] == list(range(13))
    seconds = [epoch.seconds for epoch in long]
    assert seconds == sorted(set(seconds))


def test_a_study_put_aside_after_every_pass_is_the_same_study():
    checkpoint, marks = training.initial_checkpoint(6), []

    def one_pass_a_turn(epoch):
        marks.append(epoch)
        return False

    while checkpoint.epoch < 5:
        checkpoint = training.resume(checkpoint, Plan(7, 6), epochs=5, on_epoch=one_pass_a_turn)
    assert without_seconds(marks) == without_seconds(study(batch_size=7, epochs=5, student=6))


def test_the_same_in_another_order_and_beside_other_studies():
    settings = [
        {"batch_size": batch_size, "epochs": 6, "student": student}
        for batch_size in (1, 10, 99)
        for student in (1, 2)
    ]
    alone = [without_seconds(study(**each)) for each in settings]
    beside: dict[int, list] = {}

    def run(number: int) -> None:
        beside[number] = without_seconds(study(**settings[number]))

    threads = [threading.Thread(target=run, args=(number,)) for number in reversed(range(6))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [beside[number] for number in range(6)] == alone


def test_the_same_in_another_process():
    script = (
        "import pickle; from exam.model.training import study\n"
        "study(batch_size=1, epochs=1, student=9)\n"
        "epochs = study(batch_size=10, epochs=3, student=2)\n"
        "print(pickle.dumps(epochs).hex())"
    )
    output = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    there = pickle.loads(bytes.fromhex(output.splitlines()[-1]))
    assert without_seconds(there) == without_seconds(study(batch_size=10, epochs=3, student=2))


def test_students_differ():
    a, b = (study(batch_size=10, epochs=5, student=student) for student in (1, 2))
    assert a[0].loss != b[0].loss and a[-1].answers != b[-1].answers


def test_on_epoch_hears_every_mark_as_it_comes():
    heard = []
    marks = study(batch_size=10, epochs=3, student=1, on_epoch=heard.append)
    assert tuple(heard) == marks


def test_marking_learns_nothing():
    model = shared_network()
    before = model.get_weights()
    mark(Plan(10, 1), epoch=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_settings_out_of_range():
    ranges = {"batch_size": (1, 100), "epochs": (1, 200), "student": (1, 30)}
    for name, (lowest, highest) in ranges.items():
        for wrong in (lowest - 1, highest + 1, 1.0, "10", None, True, float("nan")):
            settings = {"batch_size": 10, "epochs": 1, "student": 1} | {name: wrong}
            with pytest.raises(ValueError, match=f"{name} .* from {lowest} to {highest}, got"):
                study(**settings)


def test_a_wide_network_takes_longer_and_a_large_batch_less():
    """By Keras' own updates; the network of all studies is not touched."""
    shared = [weights.copy() for weights in shared_network().get_weights()]
    seconds = {
        timing: seconds_per_question(timing)
        for timing in (Timing(32, 1), Timing(32, 256), Timing(3200, 256))
    }
    assert seconds[32, 1] > 2 * seconds[32, 256]  # some 19 times on a quiet machine
    assert seconds[3200, 256] > 2 * seconds[32, 256]  # some 30 times
    for before, after in zip(shared, shared_network().get_weights(), strict=True):
        assert (before == after).all()
    plan = Plan(10, 1, timing=Timing(32, 256))
    record = []
    resume(initial_checkpoint(1), plan, epochs=2, on_epoch=record.append)
    assert [mark.seconds_per_question > 0 for mark in record] == [False, True, False]


def test_timing_again_takes_no_more_memory():
    """Each network that was built anew for it once stayed, 100 MB for all timings of a chapter."""
    timing = Timing(3200, 256)
    seconds_per_question(timing)
    used = psutil.Process().memory_info().rss
    for _ in range(10):
        seconds_per_question(timing)
    assert psutil.Process().memory_info().rss - used < 50e6  # before: 130
