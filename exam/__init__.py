"""Studying for an exam, as a picture of what `model.fit(x, y, batch_size, epochs)` does."""
