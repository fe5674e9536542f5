"""A hall on a small machine: `python -m tests.tools.small [learners] [MB …]`, as root, on Linux.

The page runs in a control group with one core and so much memory (1,024 MB by default), and the
learners in one room follow and guess. Prints whether it serves them, and what its log says.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.browser import running_server
from tests.tools.hall import hall
from tests.tools.load import memory_of

CGROUPS = Path("/sys/fs/cgroup")
START = 'for group in {groups}; do echo $$ > $group/cgroup.procs; done; exec "$0" "$@"'


@contextlib.contextmanager
def small(megabytes: int) -> Iterator[list[Path]]:
    """Control groups of version 1 or 2 with one core and so much memory, and no swap."""
    is_first = (CGROUPS / "memory").is_dir()
    folders = [CGROUPS / each / "exam_small" for each in (["cpu", "memory"] if is_first else [""])]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    if is_first:
        (folders[0] / "cpu.cfs_period_us").write_text("100000")
        (folders[0] / "cpu.cfs_quota_us").write_text("100000")
        (folders[1] / "memory.limit_in_bytes").write_text(str(megabytes << 20))
    else:
        (folders[0] / "cpu.max").write_text("100000 100000")
        (folders[0] / "memory.max").write_text(str(megabytes << 20))
    try:
        yield folders
    finally:
        for folder in folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def try_one(learners: int, megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as name, small(megabytes) as groups:
        start = START.format(groups=" ".join(map(str, groups)))
        command = ("-c", start, sys.executable, "-m", "streamlit", "run", "streamlit_app.py")
        log = Path(name) / "log.txt"
        print(f"\n{learners} learners, 1 core, {megabytes} MB", flush=True)
        try:
            with running_server(log, python="/bin/sh", command=command) as server:
                asyncio.run(asyncio.wait_for(hall(server, learners, memory_of), 300))
                print(f"  {memory_of(server) / 1e6:.0f} MB, {len(server.workers())} workers")
        except Exception as error:  # noqa: BLE001
            print(f"  it ends: {error!r}"[:300])
        told = [line for line in log.read_text().splitlines() if "This machine" in line]
        print(*told, sep="\n", flush=True)


if __name__ == "__main__":
    learners, *sizes = [*map(int, sys.argv[1:]), *[40, 1024][len(sys.argv) - 1 :]]
    for megabytes in sizes:
        try_one(learners, megabytes)
