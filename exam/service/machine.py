"""How many cores and how much memory this process may use, also in a container."""

import contextlib
import os
from pathlib import Path

CORES_WANTED, MEMORY_WANTED = 2, 1_000_000_000  # of a hall: bytes, with two workers
CGROUPS = Path("/sys/fs/cgroup")


def cores() -> int:
    """At least one."""
    usable = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    quota, period = _limit("cpu.cfs_quota_us", "cpu"), _limit("cpu.cfs_period_us", "cpu")
    with contextlib.suppress(OSError, ValueError):  # version 2 has both in one file
        quota, period = map(int, (_own("") / "cpu.max").read_text().split())
    shares = quota / period if quota and period and quota > 0 else usable
    return max(1, min(usable, round(shares)))


def memory() -> int:
    """Bytes; 0 where nothing is known."""
    limits = [_limit("memory.max", ""), _limit("memory.limit_in_bytes", "memory")]
    with contextlib.suppress(ValueError, OSError, AttributeError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min((limit for limit in limits if limit > 0), default=0)


def affordable(most: float, bytes_each: int) -> float:
    """Of so many things, as many as there is memory for; all of them where that is not known."""
    return min(most, memory() // bytes_each) if memory() else most


def shortages() -> list[str]:
    """What this machine has too little of for a hall of 200, for the log."""
    short = []
    if cores() < CORES_WANTED:
        short.append(
            f"{cores()} core: the page and its studies share it, so many wait for each other"
        )
    if 0 < memory() < MEMORY_WANTED:
        short.append(
            f"{memory() / 1e6:.0f} MB of memory, where {MEMORY_WANTED / 1e6:.0f} MB are wanted"
        )
    return short


def _own(controller: str) -> Path:
    """The folder of this process' control group; "" is the one that version 2 has."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                return CGROUPS / controller / path.lstrip("/")
    return CGROUPS / controller


def _limit(name: str, controller: str) -> int:
    """The limit of that name; 0 where there is none."""
    for folder in (_own(controller), CGROUPS / controller):
        with contextlib.suppress(OSError, ValueError):
            return int((folder / name).read_text())
    return 0
