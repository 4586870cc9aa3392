"""Full-text search over messages and titles, and PostgreSQL's announcements of changes.

SQLite: FTS5 over the tables' own rows (external content: the text is not stored twice), kept by triggers, and a view
of its terms.
PostgreSQL: a generated tsvector column with a GIN index. Both fold case and diacritics ("lauft" finds "läuft").
"""

# ruff: noqa: S608 - only the names below are put into statements

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = {"message": ("subject", "author_name", "author_address", "text"), "record": ("title",)}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, columns in COLUMNS.items():
            _sqlite(table, columns)
    else:
        op.execute(WORDS)
        for table, columns in COLUMNS.items():
            _postgres(table, columns)
        op.execute(ANNOUNCE)
        op.execute(
            "CREATE TRIGGER change_log_announce AFTER INSERT ON change_log "
            "FOR EACH ROW EXECUTE FUNCTION nightdesk_announce()"
        )


def _sqlite(table: str, columns: tuple[str, ...]) -> None:
    index = f"{table}_search"
    names = ", ".join(columns)
    new = ", ".join(f"new.{column}" for column in columns)
    old = ", ".join(f"old.{column}" for column in columns)
    put = f"INSERT INTO {index}(rowid, {names}) VALUES (new.id, {new});"
    drop = f"INSERT INTO {index}({index}, rowid, {names}) VALUES ('delete', old.id, {old});"
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5({names}, content='{table}', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE VIRTUAL TABLE {index}_terms USING fts5vocab({index}, instance)")
    op.execute(f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {put} END")
    op.execute(f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {drop} END")
    op.execute(f"CREATE TRIGGER {index}_update AFTER UPDATE OF {names} ON {table} BEGIN {drop} {put} END")
    op.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")


def _postgres(table: str, columns: tuple[str, ...]) -> None:
    joined = " || ' ' || ".join(columns)
    op.execute(f"ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS (nightdesk_words({joined})) STORED")
    op.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search)")


# ``normalize`` + dropping the combining marks stands for the extension ``unaccent``, which a desk's user may not be
# allowed to create. Punctuation becomes white space, else the parser keeps addresses and host names whole and
# "example" would not find "anna@example.org". A tsvector holds at most 1 MB, hence the cut.
WORDS = r"""
CREATE FUNCTION nightdesk_words(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT pg_catalog.to_tsvector(
    'pg_catalog.simple',
    pg_catalog.translate(
      pg_catalog.regexp_replace(pg_catalog.normalize(pg_catalog.left(words, 100000), 'NFD'), '[\u0300-\u036f]', '', 'g'),
      '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~',
      '                                '))
$$
"""

ANNOUNCE = """
CREATE FUNCTION nightdesk_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_notify('nightdesk', NEW.topic || ':' || coalesce(NEW.record_id, 0));
  RETURN NULL;
END
$$
"""
