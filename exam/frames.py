"""One learner's frame at a time: where many draw, a press need not wait for all of them."""

import threading
import time
from collections.abc import Callable

REST = 8  # times what drawing took, waiting included: where it takes long, all draw less often

_one_at_a_time = threading.Lock()


def take_turn(draw: Callable[[], None]) -> float:
    """Draw as soon as nobody else does; returns the seconds to rest before the next frame."""
    began = time.monotonic()
    with _one_at_a_time:
        draw()
    return REST * (time.monotonic() - began)
