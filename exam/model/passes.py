"""The passes of a study as one `tf.data.Dataset`, which costs less than arrays do."""

import numpy as np

from exam.model.keras_setup import tf
from exam.model.network import mock_questions
from exam.model.plan import PIXELS, Plan
from exam.model.workbooks import question_order


def passes(plan: Plan, first: int, last: int) -> tf.data.Dataset:
    """The passes from `first` to before `last` as batches of (x, y), each in its own order.

    One dataset for all passes, since fit() builds two iterators an epoch out of arrays,
    which costs more than the learning does.
    """
    book, x = plan.book, mock_questions()
    y = tf.constant(book.key.astype(np.int32))
    orders = [
        book.exams[book.exam_of_pass(epoch)][question_order(plan.student, epoch, book.size)]
        for epoch in range(first, last)
    ]
    batches = _batches(x, y, np.reshape(orders, (-1, book.size)), plan.batch_size)
    return batches.with_options(_without_helpers())


@tf.function(
    input_signature=[
        tf.TensorSpec([None, PIXELS], tf.float32),
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None, None], tf.int32),
        tf.TensorSpec([], tf.int64),
    ]
)
def _batches(x, y, orders, batch_size) -> tf.data.Dataset:
    """A function of TensorFlow's own, for `flat_map` would trace `one_pass` at every turn."""

    def one_pass(order: tf.Tensor) -> tf.data.Dataset:
        solved = tf.data.Dataset.from_tensor_slices((tf.gather(x, order), tf.gather(y, order)))
        return solved.batch(batch_size)

    return tf.data.Dataset.from_tensor_slices(orders).flat_map(one_pass)


def _without_helpers() -> tf.data.Options:
    """A pass is too small for tf.data's thread pool, autotuning and graph rewriting to pay off."""
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return options
