"""How much computing visits and networks have asked for, so that none has it all.

A visit is charged for each study that it starts, and for its share of each turn: what many follow
costs each of them little. What was charged is half forgotten after HALF_LIFE. Networks are charged
for turns alone, or a hall in which all press start would wait for a single visit elsewhere.
"""

import weakref
from typing import NamedTuple

from exam.service.decaying_sum import DecayingSum
from exam.service.fair_shares import FairShares

NEW_STUDY_SECONDS = 0.5  # for a study that somebody starts, beside its turns
HALF_LIFE = 10.0  # seconds
LIGHT_SECONDS = 2.0  # one level of usage; visits of the same level are treated alike
MAX_CHARGED = 5_000  # visits


class Follower(NamedTuple):
    """A visit that follows a study, by its key, and the network that it comes from.

    `room` refers to the one that it leads, if any.
    """

    visit: str = ""
    network: str = ""
    room: weakref.ref | None = None


NOBODY = Follower()  # of a job that is followed no longer, and in tests


class Usage:
    """Seconds of computing by visit and by network. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._of_visit: dict[str, DecayingSum] = {}
        self.networks = FairShares()

    def charge_start(self, follower: Follower) -> None:
        """Charge a visit for a study that it starts."""
        self._charge(follower.visit, NEW_STUDY_SECONDS)
        self.networks.note_visit(follower.network, follower.visit)

    def charge_turn(self, follower: Follower, seconds: float) -> None:
        """Charge a visit and its network for its share of a turn."""
        self._charge(follower.visit, seconds)
        self.networks.charge(follower.network, follower.visit, seconds)

    def level(self, follower: Follower) -> int:
        """0 for a visit that has asked for little; visits of a lower level come first."""
        charged = self._of_visit.get(follower.visit)
        return int(charged.now() / LIGHT_SECONDS) if charged else 0

    def _charge(self, visit: str, seconds: float) -> None:
        charged = self._of_visit
        charged.setdefault(visit, DecayingSum(HALF_LIFE)).add(seconds)
        if len(charged) > MAX_CHARGED:
            for light in [each for each in charged if charged[each].now() < NEW_STUDY_SECONDS]:
                del charged[light]
