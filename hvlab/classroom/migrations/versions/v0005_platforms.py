"""Learners whom a learning platform has sent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """None yet."""
    op.create_table(
        "launched",
        sa.Column("learner", sa.Integer, sa.ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("lineitem", sa.Text, nullable=False),
        sa.UniqueConstraint("issuer", "subject"),
    )
