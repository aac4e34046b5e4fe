"""What sources tell beside disputes: steps, papers, bodies, figures, rows."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "entry",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("stream", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("deleted", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("region", sa.String(12), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("stage", sa.String(24), nullable=True),
        sa.Column("at", sa.String(20), nullable=True),
        sa.Column("due", sa.String(20), nullable=True),
        sa.Column("done", sa.String(20), nullable=True),
        sa.Column("period", sa.String(10), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("stored", sa.String(20), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("entry_key", "entry", ["source", "stream", "kind", "key"], unique=True)
    op.create_index("entry_name", "entry", ["kind", "name", "id"])
    op.create_table(
        "entry_version",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.BigInteger(), nullable=False),
        sa.Column("item_no", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("mapping", sa.String(64), nullable=False),
        sa.Column("adapter", sa.String(96), nullable=False),
        sa.Column("stored", sa.String(20), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "entry", "version"),
    )
    op.create_table(
        "entry_about",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("entry", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "home", "entry"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("entry_id", start=1)))
