"""What sources tell beside disputes: steps, papers, bodies, figures, rows."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
