"""How much computing each visit has asked for recently, so that none monopolises the workers.

A visit is charged for each study that it asks for, and for its share of each turn: what many follow
costs each of them little. What was charged is half forgotten after HALF_LIFE.
"""

from exam.service.fading import Fading

NEW_STUDY_SECONDS = 0.5  # for a study that somebody presses for, beside its turns
HALF_LIFE = 10.0  # seconds
LIGHT_SECONDS = 2.0  # one level of usage; visits of the same level are treated alike
MAX_VISITS = 5_000


class Usage:
    """Seconds of computing by visit. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._charged: dict[str, Fading] = {}

    def charge(self, visit: str, seconds: float) -> None:
        self._charged.setdefault(visit, Fading(HALF_LIFE)).add(seconds)
        if len(self._charged) > MAX_VISITS:
            light = [each for each in self._charged if self._seconds_of(each) < NEW_STUDY_SECONDS]
            for each in light:
                del self._charged[each]

    def level(self, visit: str) -> int:
        """0 for a visit that has asked for little; visits of a lower level come first."""
        return int(self._seconds_of(visit) / LIGHT_SECONDS)

    def _seconds_of(self, visit: str) -> float:
        charged = self._charged.get(visit)
        return charged.now() if charged else 0.0
