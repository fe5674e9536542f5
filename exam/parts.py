"""The parts of the page, by the names under which links, texts and keys know them."""

STUDY = "study"  # the first screen
# The chapters in the groups of the map, in their order; exam/lesson/chapters has a module for each.
GROUPS = {
    "one_update": ("first_pass", "update"),
    "batch_size": ("batch_sizes", "learning_rate"),
    "epochs": ("repetition", "sureness", "pianist", "final_exam"),
    "data": ("sheet", "students", "twenty_exams", "misprints", "own_exam"),
    "whole": ("best_setting", "questions"),
}
CHAPTER_NAMES = tuple(name for names in GROUPS.values() for name in names)
# For a first visit.
SHORT_WAY = ("first_pass", "update", "batch_sizes", "learning_rate", "pianist", "final_exam")
