"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does."""

import os

# Arrow's own allocator would keep 120 MB for the threads in which Streamlit draws for a class.
# Said here, for Arrow asks but once, at the first table.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
