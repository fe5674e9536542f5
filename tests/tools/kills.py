"""How long a study stands still when its worker is lost: `python -m tests.tools.kills [times]`.

Twenty learners follow a study of 200 passes at batch size 1. In its middle a worker is killed or
stopped, all workers are, or the process of which they are forked is. Prints the longest pause
between two passes, the median and the worst of so many times, and that without any loss.
"""

import itertools
import statistics
import sys
import time
from collections.abc import Callable

from exam.model.plan import Plan
from tests.slow.test_faults import ALL, FOLLOWERS, Hall
from tests.waiting import is_gone

MIDDLE = 60  # passes
presses = itertools.cycle(range(1, 31))


def busiest(hall: Hall):
    for worker in hall.workers:
        worker.cpu_percent()
    time.sleep(0.05)
    return max(hall.workers, key=lambda worker: worker.cpu_percent())


LOSSES: dict[str, Callable[[Hall], object]] = {
    "nothing": lambda hall: None,
    "SIGKILL of the worker": lambda hall: busiest(hall).kill(),
    "SIGKILL of all workers": lambda hall: hall.kill_workers(),
    "SIGKILL of their source": lambda hall: hall.source.kill(),
    "no more memory for any": lambda hall: hall.take_memory(),
    "SIGSTOP of the worker": lambda hall: busiest(hall).suspend(),
}


def longest_pause(hall: Hall, batch_size_and_student: tuple[int, int], lose) -> float:
    plan, source, workers = Plan(*batch_size_and_student), hall.source, hall.workers
    followers = hall.follow(plan.student, plan.batch_size)
    seen, lost, pause, last = 0, False, 0.0, time.monotonic()
    while seen < len(ALL):
        if seen > MIDDLE and not lost:
            lost, last = True, time.monotonic()
            lose(hall)
        known, seen = seen, len(hall.scheduler.poll(plan, 200, wait_seconds=0.005).marks)
        if seen > known:
            pause, last = max(pause, time.monotonic() - last if lost else 0.0), time.monotonic()
    assert followers.end() == [ALL] * FOLLOWERS
    if is_gone(source):  # the workers live on; where they die as well, another loads Keras
        for worker in workers:
            worker.kill()
        hall.press(next(presses))
    return pause


def main(times: int) -> None:
    hall, plans = Hall(), itertools.product((1, 2, 3, 4, 5), range(1, 31))
    for name, lose in LOSSES.items():
        hall.press(next(presses))
        pauses = [longest_pause(hall, next(plans), lose) for _ in range(times)]
        print(f"{name}: the longest pause, median {statistics.median(pauses):.2f} s,", end=" ")
        print(f"worst {max(pauses):.2f} s of {times}", flush=True)
    hall.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
