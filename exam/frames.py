"""One learner's frame at a time: where many draw, a press need not wait for all of them."""

import contextlib
import threading
import time
from collections.abc import Callable

REST = 8  # times what drawing took, waiting included: where it takes long, all draw less often

_one_at_a_time = threading.Lock()


def take_turn(draw: Callable[[], None], *, is_first: bool = False) -> float:
    """Draw as soon as nobody else does; returns the seconds to rest before the next frame.

    A first frame is drawn at once: it is what somebody who has pressed waits for.
    """
    began = time.monotonic()
    with contextlib.nullcontext() if is_first else _one_at_a_time:
        draw()
    return REST * (time.monotonic() - began)
