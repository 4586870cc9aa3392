"""Who may send as what: groups, addresses' users and brands, signatures; and the binding, kept by triggers.

An address bound to brands serves no record of another one: no draft, record or message may take it, and no copy gets
its bytes while its message stands under such an address.
"""

# ruff: noqa: S608 - only the names below are put into statements

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

EDITED = ("agent_group", "brand", "domain", "sending_address")


def upgrade() -> None:
    op.create_table(
        "agent_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agent_group"),
        sa.UniqueConstraint("name", name="uq_agent_group_name"),
    )
    _pairs("group_member", "group_id", "agent_group", "agent_id", "agent")
    _pairs("address_brand", "address_id", "sending_address", "brand_id", "brand")
    _pairs("address_agent", "address_id", "sending_address", "agent_id", "agent")
    _pairs("address_group", "address_id", "sending_address", "group_id", "agent_group")
    op.execute(
        "INSERT INTO address_brand (address_id, brand_id) "
        "SELECT id, brand_id FROM sending_address WHERE brand_id IS NOT NULL"
    )
    with op.batch_alter_table("sending_address") as table:  # no triggers hang on it yet
        table.drop_constraint("fk_sending_address_brand_id", type_="foreignkey")
        table.drop_column("brand_id")
    for table_name in EDITED:
        op.add_column(table_name, sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(table_name, sa.Column("changed_by", sa.String(64), nullable=False, server_default=""))
        op.add_column(table_name, sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table_name, sa.Column("changed_what", sa.String(), nullable=False, server_default=""))
    op.add_column("sending_address", sa.Column("signature", sa.String(), nullable=False, server_default=""))
    op.add_column("sending_address", sa.Column("everybody", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("sending_address", sa.Column("removed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("brand", sa.Column("notification", sa.String(320), nullable=False, server_default=""))
    op.add_column("brand", sa.Column("stay_on", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("brand", sa.Column("personal_senders", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("brand", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("domain", sa.Column("default_from", sa.String(320), nullable=False, server_default=""))
    op.add_column("agent", sa.Column("admin", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("sends_as", sa.String(), nullable=False, server_default=""))
    op.add_column("draft", sa.Column("sender", sa.String(320), nullable=False, server_default=""))
    op.add_column("record", sa.Column("sending_address_id", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("sending_address_id", sa.Integer(), nullable=True))
    op.create_index("ix_message_sending_address_id", "message", ["sending_address_id"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgres()


def _pairs(table: str, first: str, of_first: str, second: str, of_second: str) -> None:
    op.create_table(
        table,
        sa.Column(first, sa.Integer(), nullable=False),
        sa.Column(second, sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint([first], [f"{of_first}.id"], name=f"fk_{table}_{first}"),
        sa.ForeignKeyConstraint([second], [f"{of_second}.id"], name=f"fk_{table}_{second}"),
        sa.PrimaryKeyConstraint(first, second, name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_{second}", table, [second])


REFUSAL = "this sending address is bound to another brand"
# the brand a record speaks for, as DeskFacts.brand says it
BRAND_OF = "coalesce({record}.brand_id, (SELECT min(id) FROM brand WHERE is_default), (SELECT min(id) FROM brand))"
STRANGE = (  # {address} is bound, and not to the brand of the record
    "EXISTS (SELECT 1 FROM address_brand WHERE address_id = {address}) "
    "AND NOT EXISTS (SELECT 1 FROM address_brand WHERE address_id = {address} AND brand_id = {brand})"
)
OF_RECORD = f"(SELECT {BRAND_OF.format(record='r')} FROM record r WHERE r.id = {{record_id}})"
# the same address may stand in several rows; one that fits is enough
STRANGE_NAME = (
    "EXISTS (SELECT 1 FROM sending_address WHERE email = new.sender AND NOT removed) "
    "AND NOT EXISTS (SELECT 1 FROM sending_address s WHERE s.email = new.sender AND NOT s.removed AND NOT ("
    + STRANGE.format(address="s.id", brand=OF_RECORD.format(record_id="new.record_id"))
    + "))"
)
COPY_STRANGE = (
    "EXISTS (SELECT 1 FROM message m JOIN record r ON r.id = m.record_id WHERE m.id = new.message_id AND "
    + STRANGE.format(address="m.sending_address_id", brand=BRAND_OF.format(record="r"))
    + ")"
)
# trigger: (table, columns whose change is looked at, also at an insert, when, what is wrong)
TRIGGERS = {
    "draft_sender": ("draft", "sender, record_id", True, "new.sender <> ''", STRANGE_NAME),
    "record_sender": (
        "record",
        "sending_address_id, brand_id",
        True,
        "new.sending_address_id IS NOT NULL",
        STRANGE.format(address="new.sending_address_id", brand=BRAND_OF.format(record="new")),
    ),
    "message_sender": (
        "message",
        "sending_address_id, record_id",
        True,
        "new.sending_address_id IS NOT NULL",
        STRANGE.format(address="new.sending_address_id", brand=OF_RECORD.format(record_id="new.record_id")),
    ),
    "delivery_sender": ("delivery", "wire", False, "new.wire IS NOT NULL AND new.why <> 'follower'", COPY_STRANGE),
}


def _sqlite() -> None:
    for name, (table, columns, inserts, when, wrong) in TRIGGERS.items():
        body = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}') WHERE {wrong}; END"
        op.execute(f"CREATE TRIGGER {name}_update BEFORE UPDATE OF {columns} ON {table} WHEN {when} {body}")
        if inserts:
            op.execute(f"CREATE TRIGGER {name}_insert BEFORE INSERT ON {table} WHEN {when} {body}")


def _postgres() -> None:
    for name, (table, columns, inserts, when, wrong) in TRIGGERS.items():
        op.execute(
            f"CREATE FUNCTION nightdesk_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {wrong} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        moments = f"INSERT OR UPDATE OF {columns}" if inserts else f"UPDATE OF {columns}"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {moments} ON {table} FOR EACH ROW WHEN ({when}) "
            f"EXECUTE FUNCTION nightdesk_{name}()"
        )
