"""Snapshots: the student's weights after some passes, small enough to be sent to a browser.

The browser then answers a picture as Keras would (assets/network.js).
"""

import base64
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from exam.model.plan import HIDDEN_UNITS, PIXELS
from exam.model.results import Mark, lowest_loss

_BETWEEN = 4  # snapshots besides those of the first, the best and the last pass
_LARGEST_16, _LARGEST_8 = 32_767, 127


def passes_to_keep(marks: Sequence[Mark]) -> tuple[int, ...]:
    """Which passes of a complete study to keep, eight at most; pass 0 is before studying.

    They stand closer together at the beginning, where most happens.
    """
    last = marks[-1].epoch
    between = [round(last * (number / (_BETWEEN + 1)) ** 2) for number in range(1, _BETWEEN + 1)]
    return tuple(sorted({0, 1, lowest_loss(marks).epoch, last, *between}))


def pack_weights(weights: Sequence[np.ndarray]) -> bytes:
    """All weights of the network as float16, which is what a `Mark` keeps of them."""
    return np.concatenate([part.reshape(-1) for part in weights]).astype("<f2").tobytes()


def unpack_weights(packed: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The hidden units' kernel, float32 [PIXELS, HIDDEN_UNITS], and all other weights, [others]."""
    weights = np.frombuffer(packed, "<f2").astype(np.float32)
    kernel, others = np.split(weights, [PIXELS * HIDDEN_UNITS])
    return kernel.reshape(PIXELS, HIDDEN_UNITS), others


@functools.lru_cache(maxsize=4)  # 0.7 MB each
def encode_snapshots(snapshots: tuple[tuple[int, bytes], ...]) -> dict[str, Any]:
    """Passes with their packed weights, the first pass first, as data for the browser.

    The kernel of the first is sent as 16-bit integers. Each later one is what has changed since the
    one before, as the browser knows it, so errors do not add up: 8-bit integers with a scale for
    each hidden unit, and only for `pixels` whose weights ever change. Where no practised question
    has ink, none does.
    """
    passes = [number for number, _ in snapshots]
    kernels, others = zip(*(unpack_weights(packed) for _, packed in snapshots), strict=True)
    pixels = np.flatnonzero(np.any([kernel != kernels[0] for kernel in kernels], axis=(0, 2)))
    scale = float(np.abs(kernels[0]).max()) / _LARGEST_16
    first = np.round(kernels[0] / scale)
    known, changes = (first * scale)[pixels], []
    for kernel in kernels[1:]:
        change = kernel[pixels] - known
        scales = np.maximum(np.abs(change).max(axis=0, initial=0), 1e-9) / _LARGEST_8
        steps = np.round(change / scales)
        known = known + steps * scales
        changes.append({"scales": _as_text(scales, "<f4"), "steps": _as_text(steps, "i1")})
    return {
        "passes": passes,
        "first": {"scale": scale, "steps": _as_text(first, "<i2")},
        "pixels": pixels.tolist(),
        "changes": changes,
        "others": [_as_text(each, "<f4") for each in others],
    }


def _as_text(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")
