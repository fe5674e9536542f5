"""The passes of a study as one `tf.data.Dataset`, which costs less than arrays do."""

import numpy as np

from exam.model.keras_setup import tf
from exam.model.plan import Plan
from exam.model.workbooks import question_order


def passes(plan: Plan, first: int, last: int) -> tf.data.Dataset:
    """The passes from `first` to before `last`, as `Student.train_step` takes them.

    One dataset for all passes, since fit() builds two iterators an epoch out of arrays, which
    costs more than the learning does.
    """
    book = plan.book
    orders = np.stack(
        [
            book.exams[book.exam_of_pass(epoch)][question_order(plan.student, epoch, book.size)]
            for epoch in range(first, last)
        ]
    )
    keys = book.key[orders].astype(np.int32)
    batch_sizes = np.full(len(orders), plan.batch_size, np.int32)
    dataset = tf.data.Dataset.from_tensor_slices((orders, keys, batch_sizes))
    # Endless, since fit() would create a new iterator every epoch for a dataset that ends.
    return dataset.repeat().with_options(_without_helpers())


def _without_helpers() -> tf.data.Options:
    """A pass is too small for tf.data's thread pool, autotuning and graph rewriting to pay off."""
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return options
