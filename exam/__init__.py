"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does."""

import contextlib
import os

# Arrow's own allocator would keep 120 MB for the threads in which Streamlit serves a class.
# Arrow reads this variable only once, when it makes its first table.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

MOST_FILES = 65_536

# Every learner is a connection, and each an open file, of which 1,024 are allowed as a rule.
with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
    import resource

    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard_limit, MOST_FILES), hard_limit))
