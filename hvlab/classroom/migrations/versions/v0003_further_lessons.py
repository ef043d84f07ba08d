"""Further lessons that learners were given in the course of a class."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Whoever is there works at the class's lesson."""
    op.add_column("learner", sa.Column("parent", sa.Integer, nullable=False, server_default="0"))
    op.add_column("learner", sa.Column("lesson", sa.String(100), nullable=False, server_default=""))
    op.add_column("learner", sa.Column("given", sa.Integer, nullable=False, server_default="0"))
