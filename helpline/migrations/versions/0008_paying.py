"""A first payment to a biller, which our own call ends; trusted contacts; a bill paid in parts, and on a later day.

Revision ID: 0008
Revises: 0007
Created: 2026-11-25 17:45:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ALIVE = sa.text("status IN ('claimed', 'settled')")
WAITING = sa.text("status = 'waiting'")
CONFIRMED = "status <> 'confirmed' OR (ended_at >= ends_at AND call_back = 'clear' AND outcome = 'confirm')"


def upgrade() -> None:
    with op.batch_alter_table("hold") as hold:
        hold.add_column(sa.Column("bill_left", sa.Numeric(precision=12, scale=2), nullable=True))
    op.execute("UPDATE hold SET bill_left = amount")
    with op.batch_alter_table("hold") as hold:
        hold.alter_column("bill_left", existing_type=sa.Numeric(precision=12, scale=2), nullable=False)
        hold.create_check_constraint(op.f("ck_hold_confirmed_by_our_call"), CONFIRMED)
    op.create_table(
        "trusted_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("suspected", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_trusted_contact_caller_id_caller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_contact")),
        sa.UniqueConstraint("caller_id", "place", name=op.f("uq_trusted_contact_caller_id_place")),
    )


    with op.batch_alter_table("bill") as bill:
        bill.add_column(sa.Column("paid", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False))
    op.execute("UPDATE bill SET paid = amount WHERE status = 'paid'")
    with op.batch_alter_table("payment") as payment:
        payment.add_column(sa.Column("part", sa.Integer(), server_default="1", nullable=False))
        payment.drop_index("uq_payment_alive")
        payment.create_index(
            "uq_payment_alive", ["bill_id", "part"], unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE
        )
    op.create_table(
        "planned_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("bill_left", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_planned_payment_bill_id_bill")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_planned_payment_call_id_call")),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_planned_payment_caller_id_caller")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_planned_payment_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_payment")),
        sa.UniqueConstraint("request_id", name=op.f("uq_planned_payment_request_id")),
    )
    with op.batch_alter_table("planned_payment") as planned:
        planned.create_index(op.f("ix_planned_payment_caller_id"), ["caller_id"], unique=False)
        planned.create_index(
            "uq_planned_payment_waiting", ["bill_id"], unique=True, sqlite_where=WAITING, postgresql_where=WAITING
        )


def downgrade() -> None:
    """A bill that was paid in parts stands in its way: it has several payments alive."""
    op.drop_table("planned_payment")
    with op.batch_alter_table("payment") as payment:
        payment.drop_index("uq_payment_alive")
        payment.create_index("uq_payment_alive", ["bill_id"], unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE)
        payment.drop_column("part")
    with op.batch_alter_table("bill") as bill:
        bill.drop_column("paid")
    op.drop_table("trusted_contact")
    with op.batch_alter_table("hold") as hold:
        hold.drop_constraint(op.f("ck_hold_confirmed_by_our_call"), type_="check")
        hold.drop_column("bill_left")
