"""How much computing visits and networks have asked for recently, so that none has it all.

A visit is charged for each study that it starts, and for its share of each turn: what many follow
costs each of them little. What was charged is half forgotten after HALF_LIFE.
"""

from math import inf
from typing import NamedTuple

from exam.service.decaying_sum import DecayingSum

NEW_STUDY_SECONDS = 0.5  # for a study that somebody starts, beside its turns
HALF_LIFE = 10.0  # seconds
LIGHT_SECONDS = 2.0  # one level of usage; visits of the same level are treated alike
MAX_CHARGED = 5_000  # visits, and as many networks


class Follower(NamedTuple):
    """A visit that follows a study, by its key, and the network that it comes from."""

    visit: str = ""
    network: str = ""


NOBODY = Follower()  # for what the page asks by itself


class Usage:
    """Seconds of computing by visit and by network. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._of_visit: dict[str, DecayingSum] = {}
        self._of_network: dict[str, DecayingSum] = {}

    def charge(self, follower: Follower, seconds: float) -> None:
        _charge(self._of_visit, follower.visit, seconds)
        _charge(self._of_network, follower.network, seconds)

    def level(self, follower: Follower) -> int:
        """0 for a visit that has asked for little; visits of a lower level come first."""
        charged = self._of_visit.get(follower.visit)
        return int(charged.now() / LIGHT_SECONDS) if charged else 0

    def network_rank(self, follower: Follower) -> float:
        """The smaller, the less the network has asked for; it changes only when it is charged."""
        charged = self._of_network.get(follower.network)
        return charged.rank if charged else -inf


def _charge(charged: dict[str, DecayingSum], key: str, seconds: float) -> None:
    charged.setdefault(key, DecayingSum(HALF_LIFE)).add(seconds)
    if len(charged) > MAX_CHARGED:
        for light in [each for each in charged if charged[each].now() < NEW_STUDY_SECONDS]:
            del charged[light]
