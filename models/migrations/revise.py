"""``python -m models.migrations.revise "what changes"``: write the next version from what the tables say now."""

import sys
import tempfile

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from models.migrations.upgrade import config, upgrade


def main(message: str) -> None:
    """Compare the tables with a database at the newest version; the file is a draft to be cleaned by hand."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/desk.db"
        upgrade(url)
        with create_engine(url).connect() as connection:
            settings = config(connection)
            newest = ScriptDirectory.from_config(settings).get_current_head() or "0000"
            command.revision(settings, message, autogenerate=True, rev_id=f"{int(newest) + 1:04}")


if __name__ == "__main__":
    main(sys.argv[1])
