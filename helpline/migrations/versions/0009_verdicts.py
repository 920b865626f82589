"""What the fraud rules knew when they decided, what rules on trial said, and whether a hold was a false alarm.

Revision ID: 0009
Revises: 0013
Created: 2026-11-25 18:20:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Rows from before keep no facts: they can't be assessed again, and are counted as such.
    op.add_column("assessment", sa.Column("shadow", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("assessment", sa.Column("facts", sa.JSON(), nullable=True))
    op.add_column("assessment", sa.Column("version", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("hold", sa.Column("verdict", sa.String(length=12), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("hold", "verdict")
    for column in ("version", "facts", "shadow"):
        op.drop_column("assessment", column)
