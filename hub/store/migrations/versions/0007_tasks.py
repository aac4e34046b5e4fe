"""Tasks with their receipts, and what came for none of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tasks with their receipts, and what came for none of them."""
    op.create_table(
        "task",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("docking", sa.String(8), nullable=True),
        sa.Column("purpose", sa.String(16), nullable=True),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_of", sa.String(64), nullable=False),
        sa.Column("record_home", sa.String(6), nullable=True),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("answer_home", sa.String(6), nullable=True),
        sa.Column("answer", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("route", sa.String(64), nullable=True),
        sa.Column("answers", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("requested", sa.String(20), nullable=False),
        sa.Column("received", sa.String(20), nullable=True),
        sa.Column("read", sa.String(20), nullable=True),
        sa.Column("accepted", sa.String(20), nullable=True),
        sa.Column("ended", sa.String(20), nullable=True),
        sa.Column("rule", sa.String(32), nullable=True),
        sa.Column("yellow", sa.String(20), nullable=True),
        sa.Column("red", sa.String(20), nullable=True),
        sa.Column("due", sa.String(20), nullable=True),
        sa.Column("paused", sa.String(20), nullable=True),
        sa.Column("lamp", sa.String(8), nullable=False),
        sa.Column("rung", sa.SmallInteger(), nullable=False),
        sa.Column("changed", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("task_asked_of", "task", ["asked_of", "number"])
    op.create_index("task_cause", "task", ["cause"], unique=True)
    op.create_index("task_code", "task", ["code"])
    op.create_index("task_open", "task", ["state", "lamp", "yellow"])
    op.create_table(
        "task_event",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("task_event_task", "task_event", ["home", "task", "at"])
    op.create_table(
        "task_post",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("seen", sa.String(16), nullable=True),
        sa.Column("open", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("task_post_open", "task_post", ["open"])
    op.create_index("task_post_task", "task_post", ["home", "task"])
    op.create_table(
        "held_notice",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("due", sa.String(20), nullable=False),
        sa.Column("held", sa.String(20), nullable=False),
        sa.Column("sent", sa.String(64), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("held_notice_cause", "held_notice", ["cause"], unique=True)
    op.create_index("held_notice_due", "held_notice", ["sent", "due"])
    op.create_table(
        "stray",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("record_home", sa.String(6), nullable=True),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("first", sa.String(20), nullable=False),
        sa.Column("last", sa.String(20), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("stray_hash", "stray", ["hash"])
    op.create_index("stray_state", "stray", ["state", "source"])
    if op.get_bind().dialect.name == "postgresql":
        for name in (
            "task_id",
            "task_event_id",
            "held_notice_id",
            "stray_id",
        ):
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, start=1)))
