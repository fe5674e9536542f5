"""How to share what is on the screen: its link, its frame for a lecture page, its QR code."""

import html

import segno

STUDY_HEIGHT = 980  # pixels of a frame, 700 wide, that holds the first screen and its result
PAGE_HEIGHT = 1520  # of one that holds the whole page, which scrolls


def frame(link: str, height: int, title: str) -> str:
    """The `<iframe>` of a page, without Streamlit's own bars; `height` in pixels."""
    source = html.escape(f"{link}&embed=true")
    return (
        f'<iframe src="{source}" title="{html.escape(title)}" width="100%" height="{height}"'
        ' style="border:0"></iframe>'
    )


def ways_to_embed(link: str, height: int, title: str) -> dict[str, str]:
    """One line for each place in which lecturers keep their pages."""
    embedded = f"{link}&embed=true"
    return {
        "HTML · Moodle · Jekyll": frame(link, height, title),
        "Notion": f"/embed {embedded}",
        "Jupyter": f'from IPython.display import IFrame; IFrame("{embedded}", "100%", {height})',
    }


def qr_code(link: str) -> str:
    """The link as a QR code, dark on light in every theme: a PNG in a data URI."""
    return segno.make(link, error="m", micro=False).png_data_uri(scale=8, border=3)
