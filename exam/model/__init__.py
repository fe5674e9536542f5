"""What a study is: exams, plan, training with Keras, marks, the overfitting rule.

Does not depend on who asks for a study or who looks at it; only keras_setup.py imports Keras, for
training, network, marking and passes.
"""
