"""The lesson: what a chapter is, how it is shown, and the chapters themselves.

Knows what is below (page, charts, service, model), and nothing of a hall.
"""
