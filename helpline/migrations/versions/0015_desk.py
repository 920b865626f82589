"""Who takes calls on a page instead of at a telephone.

Revision ID: 0015
Revises: 0014
Created: 2026-11-25 23:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("duty", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ring", sa.Column("at_desk", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("ring") as changed:
        changed.drop_column("at_desk")
    with op.batch_alter_table("duty") as changed:
        changed.drop_column("seen_at")
