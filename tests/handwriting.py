"""Digits as somebody writes them on a canvas of the page, by mouse or by finger."""

import numpy as np
from playwright.sync_api import Locator, Page

Strokes = list[list[tuple[float, float]]]
# As shares of the paper, stroke by stroke.
STROKES = {
    0: [
        [
            (0.5, 0.15),
            (0.25, 0.35),
            (0.25, 0.65),
            (0.5, 0.85),
            (0.75, 0.65),
            (0.75, 0.35),
            (0.5, 0.15),
        ]
    ],
    1: [[(0.5, 0.15), (0.5, 0.85)]],
    2: [[(0.25, 0.3), (0.5, 0.15), (0.72, 0.32), (0.25, 0.85), (0.75, 0.85)]],
    3: [[(0.25, 0.2), (0.7, 0.2), (0.45, 0.45), (0.72, 0.65), (0.5, 0.85), (0.25, 0.78)]],
    4: [[(0.6, 0.15), (0.25, 0.6), (0.78, 0.6)], [(0.6, 0.4), (0.6, 0.88)]],
    5: [
        [
            (0.72, 0.15),
            (0.3, 0.15),
            (0.3, 0.45),
            (0.6, 0.42),
            (0.73, 0.63),
            (0.55, 0.85),
            (0.25, 0.8),
        ]
    ],
    6: [
        [(0.65, 0.15), (0.35, 0.45), (0.3, 0.7), (0.5, 0.85), (0.7, 0.7), (0.5, 0.55), (0.33, 0.65)]
    ],
    7: [[(0.25, 0.18), (0.75, 0.18), (0.45, 0.85)]],
    8: [
        [
            (0.5, 0.5),
            (0.3, 0.32),
            (0.5, 0.15),
            (0.7, 0.32),
            (0.3, 0.68),
            (0.5, 0.85),
            (0.7, 0.68),
            (0.5, 0.5),
        ]
    ],
    9: [[(0.7, 0.3), (0.5, 0.15), (0.3, 0.32), (0.5, 0.48), (0.7, 0.32), (0.65, 0.85)]],
}
GREY = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [...data].filter((_, at) => at % 4 === 3);
}"""


def draw(page: Page, paper: str, strokes: Strokes, *, by_finger: bool) -> None:
    """Write on the canvas with this selector, by mouse or by finger."""
    canvas = page.locator(paper)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    finger = page.context.new_cdp_session(page) if by_finger else None
    for stroke in strokes:
        points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        for number, (x, y) in enumerate(points):
            if finger:
                kind = "touchMove" if number else "touchStart"
                touch = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
                finger.send("Input.dispatchTouchEvent", touch)
            else:
                page.mouse.move(x, y, steps=3)
                if number == 0:
                    page.mouse.down()
        if finger:
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        else:
            page.mouse.up()


def pixels(canvas: Locator) -> np.ndarray:
    """Its ink, uint8 [side, side]."""
    grey = np.array(canvas.evaluate(GREY), np.uint8)
    return grey.reshape(int(len(grey) ** 0.5), -1)
