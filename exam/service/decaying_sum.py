"""A sum that decays exponentially."""

import time


class DecayingSum:
    """A sum that halves every `half_life` seconds. Not thread-safe by itself."""

    def __init__(self, half_life: float):
        self._half_life, self._sum, self._at = half_life, 0.0, time.monotonic()

    def add(self, amount: float) -> None:
        self._sum, self._at = self.now() + amount, time.monotonic()

    def now(self) -> float:
        return self._sum * 0.5 ** ((time.monotonic() - self._at) / self._half_life)
