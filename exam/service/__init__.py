"""Who computes what, and when: the scheduler, its jobs, the worker process in which Keras lives.

Knows the model and nothing of the page: neither Streamlit nor texts.
"""
