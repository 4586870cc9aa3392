"""What Alembic runs around the versions: our open connection, one transaction, batch mode for SQLite."""

from alembic import context

from models.migrations.compared import compared
from models.tables.all import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=compared,
    render_as_batch=True,
)
context.run_migrations()
