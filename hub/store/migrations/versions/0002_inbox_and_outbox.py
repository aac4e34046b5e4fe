"""Pushes that wait to be read, their nonces, and deliveries that wait to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a store goes back by its backup."""
    op.create_table(
        "inbox",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("raw", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.String(20), nullable=False),
        sa.Column("last", sa.String(20), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("inbox_raw", "inbox", ["home", "raw"], unique=True)
    op.create_index("inbox_state", "inbox", ["state", "home", "source", "id"])
    op.create_table(
        "nonce",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("home", "hash"),
        sqlite_with_rowid=False,
    )
    op.create_index("nonce_expires", "nonce", ["expires"])
    op.create_table(
        "outbox",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.String(20), nullable=False),
        sa.Column("created", sa.String(20), nullable=False),
        sa.Column("tried", sa.String(20), nullable=True),
        sa.Column("ended", sa.String(20), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_key", sa.String(16), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("outbox_key", "outbox", ["key"], unique=True)
    op.create_index("outbox_due", "outbox", ["state", "due"])
    op.create_index("outbox_target", "outbox", ["target", "tried"])
    if op.get_bind().dialect.name == "postgresql":
        for name in ("inbox_id", "outbox_id"):
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, start=1)))
