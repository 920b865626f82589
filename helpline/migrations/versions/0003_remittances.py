"""Bills that come in by file, what billers are told was collected, and what the card gateway tells.

Revision ID: 0003
Revises: 0002
Created: 2026-11-25 13:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
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
    op.create_table(
        "remittance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("biller_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["biller_id"], ["biller.id"], name=op.f("fk_remittance_biller_id_biller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance")),
        sa.UniqueConstraint(
            "biller_id", "day", "currency", "number", name=op.f("uq_remittance_biller_id_day_currency_number")
        ),
    )
    op.create_table(
        "remittance_line",
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_remittance_line_payment_id_payment")),
        sa.ForeignKeyConstraint(
            ["remittance_id"], ["remittance.id"], name=op.f("fk_remittance_line_remittance_id_remittance")
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_remittance_line")),
    )
    op.create_index(op.f("ix_remittance_line_remittance_id"), "remittance_line", ["remittance_id"])
    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("remittance_id", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name=op.f("fk_refund_remittance_id_remittance")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_refund_payment_id")),
    )
    op.create_table(
        "card",
        sa.Column("payer", sa.String(length=60), nullable=False),
        sa.Column("customer", sa.String(length=80), nullable=False),
        sa.Column("payment_method", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("payer", name=op.f("pk_card")),
    )
    op.create_table(
        "gateway_notice",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_notice")),
    )


def downgrade() -> None:
    op.drop_table("gateway_notice")
    op.drop_table("card")
    op.drop_table("refund")
    op.drop_table("remittance_line")
    op.drop_table("remittance")
    for column in ("period", "reference"):
        op.drop_index(f"uq_bill_{column}", "bill")
    with op.batch_alter_table("bill") as bill:
        bill.drop_column("period")
        bill.drop_column("reference")
    with op.batch_alter_table("biller") as biller:
        biller.drop_column("account_check")
        biller.drop_column("account_mask")
