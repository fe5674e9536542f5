"""What a chapter has measured so far, while a hall still guesses."""

from exam.lesson.chapter import Chapter
from exam.page.visit import settings
from exam.service.experiment import Attempt, Experiment
from exam.service.scheduler import get_scheduler
from exam.service.usage import Follower


def begun_experiment(chapter: Chapter, follower: Follower) -> Experiment:
    """The experiment for the current settings; it begins with the first call, so nobody waits."""
    experiment = Experiment(Attempt(chapter.studies_for(settings())))
    experiment.poll(get_scheduler(), follower)
    return experiment


def measured_answer(chapter: Chapter, follower: Follower) -> int | None:
    """The choice that is right, once it is measured."""
    experiment = begun_experiment(chapter, follower)
    if not (chapter.answer and experiment.studies and experiment.is_complete):
        return None
    return chapter.answer(chapter.numbers(experiment))
