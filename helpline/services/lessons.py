"""Lessons in safety. They are prompts: `lesson.<name>.title` makes one, its text and question stand beside it."""

from __future__ import annotations

from helpline import events
from helpline.services.context import Context
from helpline.services.requests import close, open_request
from voice.dialogue.lessons import WAYS
from voice.heard import Json, Result
from voice.understanding.slots import named


def known(args: Json, context: Context) -> Result:
    """Every lesson with its title, the words to go on with, and the lesson that the caller's words named, if one."""
    lessons = [{"name": name, "title": _words(f"lesson.{name}.title", context)} for name in _names(context)]
    ways = {way: _words(f"lesson.ways.{way}", context) for way in WAYS}
    wanted = named(args["words"], context.language, "lesson")
    return Result("lessons.known", "ok", {"lessons": lessons, "ways": ways, "wanted": wanted})


def begin(args: Json, context: Context) -> Result:
    """The request for this lesson, opened before it is told; it counts when it was heard to the end."""
    lesson = args["lesson"]
    open_request("safety_lesson", context, key=lesson, lesson=lesson)
    return Result("lessons.begin", "ok", {"question": _words(f"lesson.{lesson}.question", context)})


def heard(args: Json, context: Context) -> Result:
    """Heard to the end: a ServiceInstance, once a call and lesson."""
    request = open_request("safety_lesson", context, key=args["lesson"], lesson=args["lesson"])
    if close(request, context, "done", delivered=True):
        events.record("lesson_heard", f"request:{request.id}", context.now, lesson=args["lesson"])
    return Result("lessons.heard", "ok")


def leave(args: Json, context: Context) -> Result:
    """Left before the end: that is nobody's fault, and counts as nothing."""
    close(open_request("safety_lesson", context, key=args["lesson"], lesson=args["lesson"]), context, "cancelled")
    return Result("lessons.leave", "ok")


def _names(context: Context) -> list[str]:
    """In the order in which the prompts have them."""
    parts = [key.split(".") for key in context.language.prompts]
    return [part[1] for part in parts if part[0] == "lesson" and part[2:] == ["title"]]


def _words(key: str, context: Context) -> str:
    return context.language.prompt(key, {}, context.now.date())


ORDERS = {"lessons.known": known, "lessons.begin": begin, "lessons.heard": heard, "lessons.leave": leave}
