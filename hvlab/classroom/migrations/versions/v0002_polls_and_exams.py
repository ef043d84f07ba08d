"""Who is connected to which server, polls with their votes, and an exam's terms."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _learner() -> sa.Column[int]:
    return sa.Column("learner", sa.Integer, sa.ForeignKey("learner.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    """Add them; a class that is there is no exam."""
    op.add_column("class", sa.Column("terms", sa.Text, nullable=False, server_default=""))
    op.add_column("class", sa.Column("released", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "presence",
        sa.Column("server", sa.String(32), primary_key=True),
        _learner(),
        sa.Column("seen", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "poll",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("ballot", sa.Text, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("open", sa.Integer, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "vote",
        sa.Column("poll", sa.Integer, sa.ForeignKey("poll.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        _learner(),
        sa.Column("choice", sa.Integer, nullable=False),
    )
