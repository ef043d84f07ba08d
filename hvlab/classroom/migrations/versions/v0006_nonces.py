"""Launches that have happened, for all servers of a class; line items of further lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """None yet."""
    op.create_table(
        "nonce",
        sa.Column("nonce", sa.String(100), primary_key=True),
        sa.Column("made", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "scored",
        sa.Column("learner", sa.Integer, sa.ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("lesson", sa.String(100), primary_key=True),
        sa.Column("lineitem", sa.Text, nullable=False),
    )
