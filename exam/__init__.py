"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does.

Imports go one way along this line: server, hall, lesson, page, then rooms, charts and service, then
model and texts. What the words mean:

exam        100 questions with their key: a mock exam is practised, an unseen one is the validation
            data, a final one the test data
workbook    the mock exams that are worked through, and the answers that their key prints
student     a network with its initial weights, by number
plan        everything that determines a study except its length: student, workbook, batch size …
study       a plan and its number of passes: what one fit() computes, here in several turns; an
            epoch is a pass through an exam, an update follows a batch
delta       of a question and a hidden unit: how its update moves the unit's weights (updates.py)
head        what the page shows of the weights, in the browser
snapshot    the weights after a pass, small enough for the browser, where a digit is read with them
paper       where a learner writes one digit, on the first screen
mark        the student's results after a pass; the first mark of a study is before any pass
job         a plan in the scheduler, with its marks so far and how far it is to go; it is followed
            while somebody polls it
progress    the answer to a poll of a job
turn        the slice of a study that a worker computes before it takes another, from one
            checkpoint to the next
visit       what Streamlit calls a session: one open tab
network     where visits come from: an IPv4 address, or the part of an IPv6 address that is given to
            a line; a lecture hall is often one network
run         of the script, for a visit: the whole page or a fragment; it takes a place until it ends
handwritten an exam that learners have written, in a plan and a mark called `own`
experiment  the studies that a chapter compares; a visit's attempt at it begins with a guess
block       a piece of a chapter: story, question (which asks for a guess), chart, rule …
room        of a hall: its learners' guesses are counted in votes of one round or two
seat        a visit's place in a room, as a learner or as its lecturer
step        what a projector shows: the door (how to join the room), the study, a block of a
            chapter, or a vote
"""
