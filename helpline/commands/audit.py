"""`helpline audit`: is the audit as it was written?"""

from __future__ import annotations

import json
import os
import re

import click

from helpline import audit
from helpline.app import create_app
from helpline.db import db, only_look
from helpline.settings import load_settings


@click.group()
def command() -> None:
    """Check the chain of the audit."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One line of JSON instead of words.")
@click.option("--known", default="", metavar="SEAL", help="A newest seal of before, kept elsewhere: it must still be there.")
def verify(as_json: bool, known: str) -> None:
    """Check every seal from the first one on. Ends with 1 when the chain is broken."""
    if known and not re.fullmatch(r"[0-9a-f]{64}", known):
        raise click.BadParameter("a seal has 64 letters of 0-9 and a-f", param_hint="--known")
    app = create_app(load_settings(os.environ))
    with app.app_context():
        only_look()
        chain = audit.verify(known)
        db.session.remove()
        db.engine.dispose()
    click.echo(_as_json(chain) if as_json else _in_words(chain))
    raise SystemExit(1 if chain.broken else 0)


def _as_json(chain: audit.Chain) -> str:
    since = chain.unsealed_since.isoformat() if chain.unsealed_since else None
    return json.dumps(
        {
            "ok": not chain.broken,
            "sealed": chain.sealed,
            "broken": chain.broken or None,
            "newest": chain.newest or None,
            "unsealed": chain.unsealed,
            "unsealed_since": since,
        }
    )


def _in_words(chain: audit.Chain) -> str:
    lines = [f"BROKEN: {chain.broken}. {chain.sealed} entries before are right." if chain.broken else _all_right(chain)]
    if chain.newest and not chain.broken:
        lines.append(f"Newest seal, to be kept on another machine: {chain.newest}")
    if chain.unsealed_since:
        lines.append(
            f"{chain.unsealed} entries wait to be sealed, the oldest since {chain.unsealed_since:%Y-%m-%d %H:%M:%S} UTC."
        )
    return "\n".join(lines)


def _all_right(chain: audit.Chain) -> str:
    return f"The audit is as it was written: {chain.sealed} entries, each in its place."
