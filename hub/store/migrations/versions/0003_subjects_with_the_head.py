"""Keyed hashes stand packed in the head of their record instead of in rows of their own."""

from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SIGNS = {"id": b"i", "credit": b"c", "phone": b"p", "name": b"n", "ref": b"r"}


def upgrade() -> None:
    """Forward only. Hashes of older versions go: they can be made again from the sealed bodies."""
    op.add_column("record", sa.Column("subjects", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT s.home, s.record, s.kind, s.role, s.hash FROM subject s JOIN record r "
            "ON r.home = s.home AND r.id = s.record AND r.version = s.version ORDER BY s.home, s.record, s.no"
        )
    ).all()
    rows = [
        {
            "home": home,
            "id": record,
            "packed": b"".join(_SIGNS[each.kind] + (each.role or "-").encode() + bytes(each.hash) for each in marks),
        }
        for (home, record), marks in groupby(found, key=lambda row: (row.home, row.record))
    ]
    if rows:
        connection.execute(sa.text("UPDATE record SET subjects = :packed WHERE home = :home AND id = :id"), rows)
    op.drop_table("subject")
