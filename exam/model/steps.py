"""The updates of a first pass, one by one: where Keras takes the weights, and how far.

They are Keras' own updates, repeated with the `train_step` that fit() uses; between two of them,
the weights are read and the update that the whole exam would make is computed.
"""

import numpy as np

from exam.model.network import shared_network
from exam.model.plan import HIDDEN_UNITS, PIXELS, Plan
from exam.model.results import Steps
from exam.model.updates import first_pass_questions, pixels_of


def measure_steps(initial_weights: list[np.ndarray], plan: Plan) -> Steps:
    """Repeat the first pass update by update; the network has its weights back afterwards."""
    network = shared_network()
    weights_after_pass = network.get_weights()
    numbers, weights = first_pass_questions(plan), initial_weights
    agreements, lengths, walked = [], [], 0.0
    changed_by_first, outside_ink = np.zeros(HIDDEN_UNITS, int), 0
    for start in range(0, len(numbers), plan.batch_size):
        batch = numbers[start : start + plan.batch_size]
        of_exam, _ = _update(plan, weights, numbers)
        update, weights = _update(plan, weights, batch)
        changed = update[: PIXELS * HIDDEN_UNITS].reshape(PIXELS, HIDDEN_UNITS) != 0
        if start == 0:
            changed_by_first = changed.sum(axis=0)
        outside_ink += int(changed[pixels_of(batch).sum(axis=0) == 0].sum())
        if len(batch) == min(plan.batch_size, len(numbers)):
            agreements.append(_cosine(update, of_exam))
            lengths.append(float(np.linalg.norm(update)))
        walked += float(np.linalg.norm(update))
    network.set_weights(weights_after_pass)
    return Steps(
        agreement=float(np.mean(agreements)),
        length=float(np.mean(lengths)),
        walked=walked,
        distance=float(np.linalg.norm(_flat(weights) - _flat(initial_weights))),
        changed=tuple(map(int, changed_by_first)),
        outside_ink=outside_ink,
    )


def _update(
    plan: Plan, weights: list[np.ndarray], batch: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """What an update for this batch adds to the weights, float64 [weights], and the new weights."""
    network = shared_network()
    network.set_weights(weights)
    network.train_step((batch, plan.book.key[batch].astype(np.int32), np.int32(len(batch))))
    after = network.get_weights()
    return _flat(after) - _flat(weights), after


def _flat(weights: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([part.reshape(-1) for part in weights]).astype(np.float64)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
