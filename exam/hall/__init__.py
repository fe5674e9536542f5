"""The hall: rooms whose learners vote, and the lesson on a projector, step by step.

It stands on top of the lesson, and nothing below imports it: whoever does not lecture needs to read
none of it.
"""
