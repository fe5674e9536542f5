"""The server beside the page: what it reads first, what it refuses, and what it sends by itself.

The script imports only `app`, and the page works without any of it.
"""
