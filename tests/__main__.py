"""Set up what the tests need, then run them: `python -m tests [slow] [arguments for pytest]`.

Without `slow`, what a change is likely to break, in five to ten minutes on two cores; with it, the
rest: faults with real processes, replicas, notebooks, every screen and language.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SLOW = ("tests/hall/slow", "tests/slow")
TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile")  # files; most of them wait for a browser
# Else the test that was running when a process of theirs ended would run, and hang, again.
NO_RESTART = "--max-worker-restart=0"
IN_ORDER = "--no-loadscope-reorder"
# They come first: at the end one of them would leave the other worker with nothing to do.
LONGEST = [ROOT / "tests" / "slow" / f"test_{name}.py" for name in ("received", "claims", "lowest")]
FAST = [f"--ignore={folder}" for folder in SLOW]
PACKAGES = ("chromium", "fonts-noto-cjk", "nginx-light")


def run(*command: str) -> bool:
    print("$", " ".join(command), flush=True)
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode == 0


def install_requirements() -> None:
    requirements = str(ROOT / "tests" / "requirements.txt")
    if not run(sys.executable, "-m", "pip", "install", "--quiet", "-r", requirements):
        sys.exit(f"What {requirements} lists cannot be installed; in a fresh venv it can be.")


def provide_chromium() -> None:
    """Take the Chromium that is there, or else let Playwright or the system install one."""
    from tests.browser import find_chromium, has_chromium

    if find_chromium() or has_chromium():
        return
    if run(sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"):
        return
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if shutil.which("apt-get") and is_root:
        run("apt-get", "update") and run("apt-get", "install", "-y", *PACKAGES)
    if not find_chromium():
        sys.exit(
            "The tests of the page need Chromium, and neither Playwright nor apt-get could install "
            "it. Please put one on the PATH, with a Korean font, and try again."
        )


if __name__ == "__main__":
    install_requirements()
    provide_chromium()
    is_slow, arguments = "slow" in sys.argv[1:2], sys.argv[1:]
    others = {file for folder in SLOW for file in (ROOT / folder).glob("test_*.py")}
    files = [*LONGEST, *sorted(others.difference(LONGEST))]
    which = [*files, IN_ORDER, *arguments[1:]] if is_slow else [*FAST, *arguments]
    command = [sys.executable, "-m", "pytest", *TWO_AT_ONCE, NO_RESTART, *which]
    sys.exit(subprocess.run(command, cwd=ROOT).returncode)
