"""Equal shares for all networks of what is scarce: a thread's time, or the workers'.

This is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). Each network has a clock that
goes on by what the network is charged, and the one whose clock is furthest behind comes next. After
a pause, a clock is set to that of whoever came last: nothing is saved up, and nothing is owed for
what a network used while no other wanted it.
"""

MAX_CLOCKS = 5_000


class FairShares:
    """The clock of each network. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._clocks: dict[str, float] = {}
        self._last = 0.0  # the clock of whoever came last

    def clock(self, network: str) -> float:
        """The smaller, the sooner it comes."""
        return max(self._clocks.get(network, 0.0), self._last)

    def charge(self, network: str, amount: float) -> None:
        self._clocks[network] = self.clock(network) + amount
        if len(self._clocks) > MAX_CLOCKS:
            ahead = {each: clock for each, clock in self._clocks.items() if clock > self._last}
            self._clocks = ahead

    def set_last(self, clock: float) -> None:
        """To be called with the smallest clock of those that wait, when one of them comes."""
        self._last = max(self._last, clock)
