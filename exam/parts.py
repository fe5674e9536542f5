"""The parts of the page, by the names under which links, texts and keys know them."""

STUDY = "study"  # the first screen
# The chapters in their order; exam/lesson/chapters has a module for each.
CHAPTER_NAMES = (
    "sheet",
    "first_pass",
    "update",
    "batch_sizes",
    "learning_rate",
    "repetition",
    "students",
    "twenty_exams",
    "sureness",
    "pianist",
    "final_exam",
    "misprints",
    "own_exam",
    "best_setting",
    "questions",
)
