"""Corrections by people, consultations, mediators."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What people put right by hand; mediators of the pool with their cases, and consultations."""
    _corrections()
    _pool()


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("ended", sa.String(20), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("correction_record", "correction", ["home", "record", "state"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("correction_id", start=1)))


def _pool() -> None:
    op.create_table(
        "mediator",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("region", sa.String(12), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("load", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.SmallInteger(), nullable=False),
        sa.Column("changed", sa.String(20), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("mediator_number", "mediator", ["home", "number"], unique=True)
    op.create_index("mediator_region", "mediator", ["region"])
    op.create_table(
        "assignment",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mediator", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("assignment_code", "assignment", ["code"])
    op.create_index("assignment_mediator", "assignment", ["home", "mediator", "ended"])
    op.create_table(
        "consultation",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("bodies", sa.Text(), nullable=False),
        sa.Column("meets", sa.String(20), nullable=True),
        sa.Column("called", sa.String(20), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("ended", sa.String(20), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("raised_from", sa.BigInteger(), nullable=True),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("consultation_code", "consultation", ["code"])
    op.create_index("consultation_state", "consultation", ["state", "meets"])
    if op.get_bind().dialect.name == "postgresql":
        for name in ("mediator_id", "assignment_id", "consultation_id"):
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, start=1)))
