"""What the first usable list may not have cost."""

import subprocess
import sys

SCRIPT = """
import asyncio, sys
from tests.panels.fake_desk import NOW, long_desk
from tui.app import NightdeskApp

async def main():
    app = NightdeskApp(long_desk(300), clock=lambda: NOW)
    async with app.run_test(size=(120, 40)):
        await app.desk_screen.records.ready.wait()
        heavy = ["sqlmodel", "sqlalchemy", "email", "aiosmtplib", "aioimaplib", "models.rules.smtp_reply",
                 "textual.widgets._text_area", "textual.widgets._markdown", "textual.widgets._data_table",
                 "rich.syntax"]
        print([name for name in heavy if name in sys.modules], file=sys.__stdout__)

asyncio.run(main())
"""


def test_the_first_list_imports_nothing_it_does_not_show():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
