"""One learner's frame at a time: where many draw, a press need not wait for all of them.

Whoever draws also measures how long it took, waiting included, and draws less often for it.
"""

import threading

one_at_a_time = threading.Lock()
