"""The settings of a learner, their ranges, and how a wrong value is refused."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """A whole number from `lowest` to `highest`; `name` is its argument and its query parameter."""

    name: str
    lowest: int
    highest: int
    default: int

    def check(self, value: object) -> None:
        """Raise a ValueError that names the setting, its range and the value, if it is wrong."""
        if not self.accepts(value):
            allowed = f"a whole number from {self.lowest} to {self.highest}"
            raise ValueError(f"{self.name} must be {allowed}, got {repr(value)[:40]}")

    def accepts(self, value: object) -> bool:
        return type(value) is int and self.lowest <= value <= self.highest

    def read(self, text: str) -> int | None:
        """The value of a query parameter; None if it is wrong."""
        is_plain = text.isascii() and text.isdecimal() and len(text) <= len(str(self.highest))
        value = int(text) if is_plain else None
        return value if value is not None and self.lowest <= value <= self.highest else None


BATCH_SIZE = Setting("batch_size", 1, 100, 10)
EPOCHS = Setting("epochs", 1, 200, 20)
STUDENT = Setting("student", 1, 30, 1)
MISPRINTS = Setting("misprints", 0, 30, 10)  # in the key of the chapter of that name
SETTINGS = (BATCH_SIZE, EPOCHS, STUDENT)
