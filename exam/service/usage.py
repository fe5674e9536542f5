"""How much computing visits and networks have asked for, so that none has it all.

A visit is charged for each study that it starts, and for its share of each turn: what many follow
costs each of them little. What was charged is half forgotten after HALF_LIFE. Networks are charged
for turns alone, or a hall in which all press start would wait for a single visit elsewhere. Their
shares are as the square roots of how many visits they have: a hall has more than somebody with a
few addresses, and somebody with many visits not much more than a single learner elsewhere.
"""

import time
from collections import Counter
from math import sqrt
from typing import NamedTuple

from exam.service.decaying_sum import DecayingSum
from exam.service.fair_shares import FairShares

NEW_STUDY_SECONDS = 0.5  # for a study that somebody starts, beside its turns
HALF_LIFE = 10.0  # seconds
LIGHT_SECONDS = 2.0  # one level of usage; visits of the same level are treated alike
MAX_CHARGED = 5_000  # visits
# A visit of which less is left has gone; those are forgotten every few seconds.
GONE_SECONDS, FORGET_EVERY = 0.05, 5.0


class Follower(NamedTuple):
    """A visit that follows a study, by its key, and the network that it comes from."""

    visit: str = ""
    network: str = ""


NOBODY = Follower()  # for what the page asks by itself


class Usage:
    """Seconds of computing by visit and by network. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._of_visit: dict[Follower, DecayingSum] = {}
        self._visits = Counter[str]()  # by network, how many have used the workers recently
        self._forgot_at = time.monotonic()
        self.networks = FairShares()

    def start(self, follower: Follower) -> None:
        """Charge a visit for a study that it starts."""
        self._charge(follower, NEW_STUDY_SECONDS)

    def compute(self, follower: Follower, seconds: float) -> None:
        """Charge a visit and its network for its share of a turn."""
        self._charge(follower, seconds)
        self.networks.charge(follower.network, seconds / sqrt(self._visits[follower.network]))

    def level(self, follower: Follower) -> int:
        """0 for a visit that has asked for little; visits of a lower level come first."""
        charged = self._of_visit.get(follower)
        return int(charged.now() / LIGHT_SECONDS) if charged else 0

    def _charge(self, follower: Follower, seconds: float) -> None:
        if time.monotonic() > self._forgot_at + FORGET_EVERY:
            self._forget(GONE_SECONDS)
        if len(self._of_visit) >= MAX_CHARGED:
            self._forget(NEW_STUDY_SECONDS)
        if follower not in self._of_visit:
            self._of_visit[follower] = DecayingSum(HALF_LIFE)
            self._visits[follower.network] += 1
        self._of_visit[follower].add(seconds)

    def _forget(self, least: float) -> None:
        """Forget visits of which less than that is left."""
        self._forgot_at = time.monotonic()
        self._of_visit = {
            each: charged for each, charged in self._of_visit.items() if charged.now() >= least
        }
        self._visits = Counter(each.network for each in self._of_visit)
