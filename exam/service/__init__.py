"""Who computes what, and when: the scheduler, its jobs, the worker process in which Keras lives.

And whose run of the page is next (run_queue.py).

Imports the model, and nothing of the page: neither Streamlit nor the texts.
"""
