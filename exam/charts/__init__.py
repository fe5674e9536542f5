"""Every chart: pure functions from marks and words to a Vega-Lite spec and a table of rows.

Knows the model's marks and nothing of Streamlit, of the scheduler or of sessions.
"""
