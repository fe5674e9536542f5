"""Every chart and picture: pure functions from marks, exams and texts to a Vega-Lite spec or PNG.

Knows the model's marks and nothing of Streamlit, of the scheduler or of sessions.
"""
