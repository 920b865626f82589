"""`helpline demo`: the helpline set up with demonstration data, and recorded calls over the real socket.

The calls come in two waves of three, because a telephone line is never one call at a time. Both sides are printed as they
happen, then what came of each. A volunteer accepts the task on the web list, and Joan is rung and told who comes.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import click
import requests
from sqlalchemy import select

from helpline.calls.turns import find_call
from helpline.commands.demo_calls import DemoCall, NotDone, calls
from helpline.commands.demo_data import JOAN
from helpline.commands.demo_setup import Running, set_up, wait_for
from helpline.commands.exchange import Leg
from helpline.db import db
from helpline.events import Event
from helpline.models import Turn
from volunteers.models import Offer, Task

AT_ONCE = 3
COLOURS = ("cyan", "yellow", "magenta")


@click.command()
@click.option("--exit", "leave", is_flag=True, help="Stop after the calls; the exit code is 1 if one failed.")
@click.option("--port", type=int, help="Where the pages are served; a free port if that of the settings is taken.")
@click.option("--at-once", type=click.IntRange(1, 6), default=AT_ONCE, show_default=True, help="Calls at the same time.")
def command(leave: bool, port: int | None, at_once: int) -> None:
    """Set everything up, place the recorded calls, and stay up so that you can look around."""
    with ExitStack() as stack:
        running = stack.enter_context(set_up(port))
        placed = calls()
        failed: list[str] = []
        for first in range(0, len(placed), at_once):
            failed += place(running, placed[first : first + at_once])
        if not volunteer_comes(running):
            failed.append("Joan is told who comes")
        steps = len(placed) + 1
        click.echo(f"\n== {len(failed)} of {steps} steps failed: {', '.join(failed)}" if failed else "\n== All went well.")
        where_to_look(running)
        if leave:
            sys.exit(1 if failed else 0)
        click.echo("\nThe helpline stays up. Stop it with Ctrl+C.")
        _until_interrupted()


def place(running: Running, wave: tuple[DemoCall, ...]) -> list[str]:
    """Place recorded calls at the same time, print both sides, then what came of each. The titles of those that failed."""
    click.echo()
    for call in wave:
        click.echo(f"== {call.title} (rings from {call.number})")
    legs = {call: running.exchange.dial(call.number, call.script) for call in wave}
    follow(running, [(leg, call.caller) for call, leg in legs.items()])
    return [call.title for call, leg in legs.items() if not _judge(running, call, leg)]


def _judge(running: Running, call: DemoCall, leg: Leg) -> bool:
    def came() -> str:
        row = find_call(leg.sid)
        if row is None:
            raise NotDone("the helpline knows no such call")
        if leg.failure:
            raise NotDone(leg.failure)
        return call.came_of_it(row)

    return _told(call.title, lambda: running.look(came))


def volunteer_comes(running: Running) -> bool:
    """The task is offered by the clock; a volunteer accepts on the web list; Joan is rung and told who comes."""
    title = "A volunteer accepts on the web list, and Joan is told who comes"
    click.echo(f"\n== {title}")
    return _told(title, lambda: _volunteer_comes(running))


def _told(title: str, came_of_it: Callable[[], str]) -> bool:
    """Print what came of a step. False when it failed."""
    try:
        click.secho(f"-> {title}: {came_of_it()}", fg="green")
        return True
    except NotDone as error:
        click.secho(f"-> {title} FAILED: {error}", fg="red")
        return False


def _volunteer_comes(running: Running) -> str:
    asked = wait_for(lambda: running.look(lambda: db.session.execute(select(Offer.task_id, Offer.volunteer_id)).first()))
    if asked is None:
        raise NotDone("no volunteer was asked")
    name = accept(running, asked.task_id, asked.volunteer_id)
    rung = wait_for(
        lambda: next((leg for leg in running.exchange.legs if leg.number == JOAN and leg.direction == "outbound"), None)
    )
    if rung is None:
        raise NotDone("Joan was not rung")
    click.echo(f"   [the helpline rings {rung.number}]")
    follow(running, [(rung, "Joan")])
    task = running.look(lambda: db.session.get_one(Task, asked.task_id))
    told = running.look(lambda: db.session.scalar(select(Event.id).where(Event.kind == "caller_told")))
    if task.status != "accepted" or not told or rung.failure:
        raise NotDone(f"the task is {task.status}, {rung.failure or 'and Joan was not told'}")
    return f"{name} comes to Joan on {task.day} in the {task.part_of_day}, and Joan knows"


def accept(running: Running, task_id: int, volunteer_id: int) -> str:
    """As the volunteer would: open the link, press the button, press Accept."""
    browser, base = requests.Session(), running.settings.public_url
    name, link = running.data.volunteers[volunteer_id]
    for page, action in ((link, link), ("/volunteers/", f"/volunteers/tasks/{task_id}/accept")):
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(base + page, timeout=10).text)
        browser.post(base + action, data={"csrf_token": token[1] if token else ""}, timeout=10)
    click.echo(f"   {name} signs in with a link, sees the offer and presses Accept.")
    return name


def follow(running: Running, legs: list[tuple[Leg, str]]) -> None:
    """Print the turns of these calls as they are stored, until all are over and all is printed."""
    shown = dict.fromkeys((leg.sid for leg, _ in legs), 0)
    spoken = dict(shown)
    while True:
        over = all(leg.ended.is_set() for leg, _ in legs)
        for index, (leg, caller) in enumerate(legs):
            who = f"{caller:>9} | " if len(legs) > 1 else "   "
            for turn in running.look(lambda leg=leg: _turns(leg, shown[leg.sid])):  # type: ignore[misc]
                _show(turn, who, caller, COLOURS[index % len(COLOURS)])
                shown[leg.sid] = turn.number + 1
            for words in leg.spoken[spoken[leg.sid] :]:
                click.echo(f"{who}Helpline (the telephone company's voice): {words}")
            spoken[leg.sid] = len(leg.spoken)
        if over:
            break
        time.sleep(0.2)
    for leg, _ in legs:
        if leg.waited:
            came = f"{leg.taken_by} took the call" if leg.taken_by else "nobody took the call, so it came back to the helpline"
            click.echo(f"   [{leg.number} waited for a person: {came}]")


def _turns(leg: Leg, since: int) -> list[Turn]:
    call = find_call(leg.sid)
    query = select(Turn).where(Turn.call_id == (call.id if call else 0), Turn.number >= since).order_by(Turn.number)
    return list(db.session.scalars(query))


def _show(turn: Turn, who: str, caller: str, colour: str) -> None:
    heard = turn.heard
    if heard["keys"]:
        click.secho(f"{who}{caller}: [keys {heard['keys']}]", fg=colour)
    elif heard["text"]:
        click.secho(f"{who}{caller}: {heard['text']!r}", fg=colour)
    elif turn.meaning:
        click.secho(f"{who}{caller}: [{'a voice, no words' if heard['sound'] else 'silence'}]", fg=colour)
    click.echo(f"{who}Helpline: {' '.join(part['text'] for part in turn.reply['says'])}")


def where_to_look(running: Running) -> None:
    """Addresses and sign-ins, for whoever wants to look around."""
    base = running.settings.public_url
    click.echo(f"\nLook around at {base}")
    click.echo(f"  Coordinator: {base}/office/   login {running.data.coordinator}   password {running.data.password}")
    others = ", ".join(f"{login} ({role})" for role, login in running.data.colleagues.items())
    click.echo(f"               the same password for {others}")
    click.echo(f"               ring the line yourself, as somebody invented: {base}/office/phone/")
    for name, path in running.data.volunteers.values():
        click.echo(f"  Volunteer {name}: {base}{path}")
    texts = [message["Body"] for message in running.exchange.messages]
    click.echo(f"  {len(texts)} text messages were sent" + (f"; the last: {texts[-1]}" if texts else "."))


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("\nStopping.")
