"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does."""

import contextlib
import os

# Arrow's own allocator would keep 120 MB for the threads in which Streamlit serves a class.
# Arrow reads this variable only once, when it makes its first table.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

# Streamlit holds four open files for every visit, and 1,024 are allowed as a rule: 250 learners.
with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, min(most, 65_536)), most))
