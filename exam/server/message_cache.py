"""Which large messages a browser still has cached, so that a response may refer to them by hash.

Streamlit's frontend keeps each until enough runs have ended since it was last received or referred
to, and lists with each request the ones it has. A response must not refer to one that the frontend
will have dropped by then because other runs have ended: it would show "Connection error".
"""

from collections.abc import Iterable

from streamlit import get_option
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class MessageCache:
    """The browser's cache as it will be once it has read everything written so far."""

    def __init__(self) -> None:
        self._ages: dict[str, int] = {}  # how many runs have ended since, by hash
        self._oldest = get_option("global.maxCachedMessageAge")

    def write(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable:
            self._ages[message.ref_hash or message.hash] = 0

    def end_run(self) -> None:
        self._ages = {each: age + 1 for each, age in self._ages.items() if age < self._oldest}

    def kept_until_answered(self, hashes: Iterable[str], *, others: int) -> list[str]:
        """Those of the hashes that it will still have after up to `others` more runs have ended."""
        oldest = self._oldest - others
        return [each for each in hashes if self._ages.get(each, oldest) < oldest]
