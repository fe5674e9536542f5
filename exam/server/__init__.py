"""The server beside the page: what it reads first, what it refuses, and what it sends by itself.

The script names `app` alone, and the page works without all of it.
"""
