"""Every chart and picture: pure functions from marks, exams and texts to a Vega-Lite spec or PNG.

Imports the model's marks, and nothing of Streamlit, the scheduler or sessions.
"""

import os

# Arrow's own allocator would keep 120 MB for the threads in which Streamlit serves a class. Arrow
# reads this variable when it is imported, or when it makes its first table.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
