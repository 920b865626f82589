"""Bills that come in by file.

Revision ID: 0006
Revises: 0002
Created: 2026-11-25 13:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("biller") as biller:
        biller.add_column(sa.Column("account_mask", sa.String(length=40), nullable=False, server_default=""))
        biller.add_column(sa.Column("account_check", sa.String(length=10), nullable=False, server_default=""))
    with op.batch_alter_table("bill") as bill:
        bill.add_column(sa.Column("reference", sa.String(length=40), nullable=False, server_default=""))
        bill.add_column(sa.Column("period", sa.String(length=24), nullable=False, server_default=""))
    for column in ("reference", "period"):
        given = sa.text(f"{column} <> ''")
        op.create_index(
            f"uq_bill_{column}", "bill", ["account_id", column], unique=True, sqlite_where=given, postgresql_where=given
        )


def downgrade() -> None:
    for column in ("period", "reference"):
        op.drop_index(f"uq_bill_{column}", "bill")
    with op.batch_alter_table("bill") as bill:
        bill.drop_column("period")
        bill.drop_column("reference")
    with op.batch_alter_table("biller") as biller:
        biller.drop_column("account_check")
        biller.drop_column("account_mask")
