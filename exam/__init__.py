"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does."""

import os

# Arrow's own allocator would keep 120 MB for the threads in which Streamlit serves a class.
# Arrow reads this variable only once, when it makes its first table.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
