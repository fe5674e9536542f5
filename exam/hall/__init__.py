"""What a hall sees: the lesson on a projector, step by step, with the votes of a room.

The script uses `lecture` alone, and nothing below knows of this package: whoever does not lecture
can leave it out at a first reading.
"""
