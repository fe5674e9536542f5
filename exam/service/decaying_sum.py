"""A sum that decays exponentially."""

import time
from math import inf, log2


class DecayingSum:
    """A sum that halves every `half_life` seconds. Not thread-safe by itself."""

    def __init__(self, half_life: float):
        self._half_life, self._sum, self._at = half_life, 0.0, time.monotonic()

    def add(self, amount: float) -> None:
        self._sum, self._at = self.now() + amount, time.monotonic()

    @property
    def rank(self) -> float:
        """It orders sums with the same half-life as `now` does, but changes only in `add`."""
        return log2(self._sum) + self._at / self._half_life if self._sum else -inf

    def now(self) -> float:
        return self._sum * 0.5 ** ((time.monotonic() - self._at) / self._half_life)
