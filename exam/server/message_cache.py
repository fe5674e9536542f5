"""Which large messages a browser still has, so that an answer may refer to them by a hash.

Streamlit's script keeps each until enough runs have ended since it came or was referred to, and
says with each request which ones it has. What it throws away before it reads the answer, because
other runs have ended, the answer must not refer to: it would show "Connection error".
"""

from collections.abc import Iterable

from streamlit import get_option
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class MessageCache:
    """As a browser has it once it has read all that was written."""

    def __init__(self) -> None:
        self._ages: dict[str, int] = {}  # how many runs have ended since, by hash
        self._oldest = get_option("global.maxCachedMessageAge")

    def write(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable:
            self._ages[message.ref_hash or message.hash] = 0

    def end_run(self) -> None:
        self._ages = {each: age + 1 for each, age in self._ages.items() if age < self._oldest}

    def kept_until_answered(self, hashes: Iterable[str], *, others: int) -> list[str]:
        """Those of the hashes that it will still have, though so many `others` may end before."""
        oldest = self._oldest - others
        return [each for each in hashes if self._ages.get(each, oldest) < oldest]
