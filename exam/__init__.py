"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does.

Imports go one way, from the top of this list to its end: server, hall, lesson, page, then charts
and service, then model. What the words mean:

exam        100 questions with their key: a mock exam is practised, an unseen one is the validation
            data, a final one the test data
workbook    the mock exams that are worked through, and what their printed key says
student     a network with the weights that it brings along, by its number
plan        what settles a study but for its length: student, workbook, batch size, learning rate …
study       one fit() of a plan; an epoch of it is a pass through an exam, an update follows a batch
mark        how the student stands after a pass; a study's marks begin with the one before any pass
job         a study in the scheduler: its marks so far, and who waits for it
progress    what a poll finds of a job
turn        what a worker computes of a study at a time, from one checkpoint to the next
visit       what Streamlit calls a session: one open tab
run         a study that a visit has asked for on the first screen (not a "run of the script")
experiment  the studies that a chapter compares; a visit's attempt at it begins with a guess
block       a part of a chapter: story, question, chart, rule …
room        a hall's: its learners' guesses are counted in votes of one round or two
step        what a projector shows: a block of a chapter, or a vote
"""

import contextlib
import os

# Arrow's own allocator would keep 120 MB for the threads in which Streamlit serves a class.
# Arrow reads this variable only once, when it makes its first table.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

# Streamlit holds four open files for every visit, and 1,024 are allowed as a rule: 250 learners.
with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, min(most, 65_536)), most))
