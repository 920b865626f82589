"""The coordinators' pages. Each view parses, calls once and renders."""

from __future__ import annotations

from flask import Blueprint, render_template

from helpline.staff.session import signed_in

blueprint = Blueprint("dashboard", __name__, url_prefix="/office", template_folder="templates")


@blueprint.get("/")
@signed_in()
def overview() -> str:
    return render_template("dashboard/overview.html")
