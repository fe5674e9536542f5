"""Keras and TensorFlow with this project's settings: the only module that imports them.

Never imported in the server's process, where it would make every rerun of the page cost 0.4 s.
"""

import contextlib
import os

# Before Keras loads, whatever the machine's own settings say.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf

# One thread: the same sums in the same order on any number of cores. For operations this small,
# handing them to another thread costs more CPU time than it saves.
with contextlib.suppress(RuntimeError):  # where TensorFlow runs already, it keeps its threads
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)

__all__ = ["keras", "tf"]
