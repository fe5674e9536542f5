"""What a hall sees: the lesson on a projector, step by step, with the votes of a room.

The script imports only `lecture`, and no package below imports this one: if you do not lecture,
skip it on a first reading.
"""
