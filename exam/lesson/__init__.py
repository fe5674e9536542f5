"""The lesson: what a chapter is, how it is shown, and the chapters themselves.

Imports only the packages below it (page, charts, service, model), and nothing of a hall.
"""
