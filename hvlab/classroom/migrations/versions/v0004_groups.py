"""Groups that share one lab: who is in which, in what role, and what was put into a group's log."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nobody is in a group."""
    op.add_column("learner", sa.Column("team", sa.Integer, nullable=False, server_default="0"))
    op.add_column("learner", sa.Column("role", sa.String(20), nullable=False, server_default=""))
    op.add_column("push", sa.Column("team", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "team",
        sa.Column("id", sa.Integer, sa.ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("lost", sa.String(10), nullable=False),
    )
