"""Pictures of a story for the README; written only when asked, so that a test run changes no file."""

import os
import re
from pathlib import Path

from textual.app import App

FOLDER = Path(__file__).resolve().parents[2] / "screenshots"
FONTS = "'DejaVu Sans Mono', Menlo, Consolas, monospace"


def picture(app: App[None], name: str, title: str) -> None:
    """Write ``screenshots/NAME.svg`` when NIGHTDESK_WRITE_SCREENSHOTS=1."""
    if os.environ.get("NIGHTDESK_WRITE_SCREENSHOTS") != "1":
        return
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.svg").write_text(own_fonts_only(app.export_screenshot(title=title)))


def own_fonts_only(svg: str) -> str:
    """Drop the fonts Textual would fetch from elsewhere."""
    bare = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    return bare.replace("Fira Code, monospace", FONTS).replace("font-family: Fira Code", f"font-family: {FONTS}")
