"""How long each caller usually pauses within a sentence.

Revision ID: 0005
Revises: 0004
Created: 2026-11-25 07:20:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody's pauses are known yet; the default serves the rows that are there.
    op.add_column("caller", sa.Column("pause", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("caller", "pause")
