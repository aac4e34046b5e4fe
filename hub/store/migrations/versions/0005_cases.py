"""Cases, their numbers, which records stand in them, and what was said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only. Records of earlier releases have borne the mark "to be linked" since they came."""
    op.create_table(
        "case_file",
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("issued", sa.String(20), nullable=False),
        sa.Column("opened", sa.String(20), nullable=True),
        sa.Column("region", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("item", sa.String(8), nullable=True),
        sa.Column("category", sa.String(8), nullable=True),
        sa.Column("stage", sa.String(24), nullable=True),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.BigInteger(), nullable=False),
        sa.Column("merged_into", sa.String(23), nullable=True),
        sa.Column("changed", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("case_file_changed", "case_file", ["changed"])
    op.create_index("case_file_merged", "case_file", ["merged_into"])
    op.create_table(
        "case_number",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("day", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(2), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("home", "day", "channel"),
    )
    op.create_table(
        "case_record",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(24), nullable=True),
        sa.Column("since", sa.String(20), nullable=False),
        sa.Column("found_by", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("home", "record"),
    )
    op.create_index("case_record_code", "case_record", ["code"])
    op.create_table(
        "finding",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("record", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "home", "record"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_alias",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "code"),
        sqlite_with_rowid=False,
    )
    op.create_index("case_alias_code", "case_alias", ["code"])
    op.create_table(
        "case_join",
        sa.Column("one_home", sa.String(6), nullable=False),
        sa.Column("one", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other_home", sa.String(6), nullable=False),
        sa.Column("other", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("one_home", "one", "other_home", "other"),
    )
    op.create_index("case_join_other", "case_join", ["other_home", "other"])
    op.create_index("case_join_state", "case_join", ["state", "at"])
    op.create_table(
        "case_merge",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("into", sa.String(23), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("undone", sa.String(20), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("case_merge_code", "case_merge", ["code"])
    op.create_index("case_merge_into", "case_merge", ["into"])
    op.create_table(
        "case_split",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("into", sa.String(23), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("undone", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("case_split_into", "case_split", ["into"])
    op.create_index("case_split_record", "case_split", ["home", "record"])
    op.create_table(
        "case_event",
        sa.Column("home", sa.String(6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(23), nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("record_home", sa.String(6), nullable=True),
        sa.Column("record", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("open", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("home", "id"),
    )
    op.create_index("case_event_code", "case_event", ["code", "at"])
    op.create_index("case_event_open", "case_event", ["open", "kind"])
    if op.get_bind().dialect.name == "postgresql":
        for name in (
            "case_event_id",
            "case_merge_id",
            "case_split_id",
        ):
            op.execute(sa.schema.CreateSequence(sa.Sequence(name, start=1)))
