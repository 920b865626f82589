"""The year in which a caller was born, so that holds can be counted by age.

Revision ID: 0017
Revises: 0016
Created: 2026-11-26 11:05:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("caller") as caller:
        caller.add_column(sa.Column("birth_year", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("caller") as caller:
        caller.drop_column("birth_year")
