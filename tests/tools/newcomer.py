"""A newcomer's first minutes: `python -m tests.tools.newcomer [interpreter …]`.

For each Python: a clean copy of what is committed, a fresh environment with `requirements.txt`
alone and no cache, `streamlit run streamlit_app.py`, a study, and then the experiment of every
chapter that has one, one after another. Prints the seconds of each step and the memory of page and
worker.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from exam.lesson.chapters import CHAPTERS
from tests.browser import ROOT, Server, running_server
from tests.own import sent
from tests.tools.load import Watch
from tests.visit import Visit, run


async def visit_everything(server: Server) -> tuple[dict[str, float], str]:
    """The seconds of each step, and the CPU and memory that it took."""
    began, seconds = time.monotonic(), {}
    async with Visit(server.url).connection() as visit:
        await visit.open()
        seconds["page"] = time.monotonic() - began
        watch = Watch(server)
        await visit.press()
        await visit.stay()
        seconds["first study"] = visit.ended - visit.pressed
        began = time.monotonic()
        for name in CHAPTERS:
            await visit.unfold(f"{name}_open")
            await visit.read()
            if name == "own_exam":
                for at in range(10):
                    await visit.tell("writing", "written", sent(at))
            if f"{name}_guess" in visit.ids:
                await visit.choose(f"{name}_guess", 0)
                await visit.read()
            await visit.follow(f"ask_{name}")  # some study before they ask
            if CHAPTERS[name].plans:
                await visit.press(f"{name}_begin")
                await visit.read()
                await visit.follow(f"ask_{name}")
        seconds["all chapters"] = time.monotonic() - began
        return seconds, watch.stop()


def first_minutes(python: str, folder: Path) -> None:
    def timed(*command: str | Path) -> float:
        began = time.monotonic()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return time.monotonic() - began

    project, own = folder / "project", folder / "environment" / "bin" / "python"
    timed("git", "clone", "--quiet", ROOT, project)
    timed(python, "-m", "venv", folder / "environment")
    pip = (own, "-m", "pip", "install", "--quiet", "--no-cache-dir")
    seconds = {"installing": timed(*pip, "-r", project / "requirements.txt")}
    with running_server(folder / "log.txt", project, python=str(own)) as server:
        visited, figures = run(visit_everything(server))
        log = server.log.read_text()
    assert "Traceback" not in log, log[-3000:]
    installed = sum(file.stat().st_size for file in own.parents[1].rglob("*") if file.is_file())
    version = subprocess.check_output([own, "--version"], text=True).strip()
    steps = "; ".join(f"{step} {took:.1f} s" for step, took in (seconds | visited).items())
    print(f"{version}: {installed / 1e9:.1f} GB; {steps}; {figures}", flush=True)


if __name__ == "__main__":
    for interpreter in sys.argv[1:] or [sys.executable]:
        with tempfile.TemporaryDirectory() as temporary:
            first_minutes(interpreter, Path(temporary))
