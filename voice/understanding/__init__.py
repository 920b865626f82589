"""From what was heard to what was meant: `understand` for words, `understand_keys` for keys, `parse` for values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import exp, log
from typing import Any

from rapidfuzz import fuzz

from voice.heard import Expecting, Meaning
from voice.languages import MOST_LANGUAGES, Language
from voice.tokens import LONGEST, plain
from voice.understanding import names, slots
from voice.understanding.dates import parse_date, parse_datetime, parse_duration, parse_time
from voice.understanding.intents import Reading
from voice.understanding.learning import classifier
from voice.understanding.money import parse_money
from voice.understanding.numbers import parse_digits, parse_number

SURE = 0.35  # below this the open question was not understood
SURE_ELSEWHERE = 0.6  # a new wish in the middle of a question must be clearer than that
SURE_WISH = 0.8  # of each half of a sentence that is taken for two wishes
LEAST_WORDS = 3  # of such a half
DANGERS = ("emergency", "report_scam")
WISHES = frozenset(
    "pay_bill bill_status cancel_payment book_appointment change_appointment cancel_appointment appointment_status "
    "ask_volunteer task_status change_task cancel_task freeze_payments leave_message update_details safety_lesson".split()
)
THINGS = ("biller", "department", "help_kind")  # what a wish may be about
CLOSED = ("yes_no", "choice", "date", "digits")  # questions besides whose answer a wish may be said
SURE_ANSWER = 0.85  # a yes or no by likeness alone, where one was asked for
DANGER = 0.25  # of the likelihood of danger: one missed may cost a life, one too many costs a moment (decision 0004)
CRY = 1.5  # what a pattern of danger adds to its log-odds, and a word takes away that puts it into the past, the news, a joke
LEAST_DANGER = 1e-6  # nothing is impossible
LONG_NUMBER = 5  # digits: longer than any number to ring for help
CALM = 1.5  # what words take away that are said in no danger, where no pattern speaks of one: despair is far above
TOLD_CALMLY = ("lonely", "harmless")  # the kinds of such words
CLOSE = 0.3  # of the likeliest intent's confidence: a runner-up above this was meant one time in four, and is worth a question
FEW_WORDS, CLOSE_OF_FEW = 3, 0.1  # "the gas bill": who says so little may mean either
SHORT_PHRASE = 90  # of 100: how closely a short answer must be matched
EVERYWHERE = ("speak_to_person", "repeat", "slower", "faster", "louder", "quieter", "help", "wait", "back", "cancel",
              "what_day", "goodbye", "thanks", "greeting")  # fmt: skip

PARSERS: dict[str, Callable[[str, dt.datetime], Any]] = {
    "number": lambda text, now: parse_number(text),
    "digits": lambda text, now: parse_digits(text),
    "money": lambda text, now: parse_money(text),
    "date": parse_date,
    "time": parse_time,
    "datetime": parse_datetime,
    "duration": lambda text, now: parse_duration(text),
}


def parse(kind: str, text: str, now: dt.datetime) -> Any:
    """The value of a kind in the sentence, as JSON, or None. Raises KeyError for an unknown kind.

    Kinds: number, digits, money, date, time, datetime, duration. Values that no calendar has are None.
    """
    try:
        return PARSERS[kind](text[:LONGEST], now)
    except (OverflowError, ValueError):
        return None  # a number too large for a calendar or an amount: no value was said


def understand(text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning:
    """The intent and slots of a sentence, in the light of what was asked. `now` is in the caller's time zone.

    1. A message is a message, unless somebody is in danger. 2. Danger. 3. The answer to the question.
    4. Phrases that work in every state. 5. A wish. `intent` is "" for a plain answer, whose value is in `slots`; "none" for what is not ours.
    """
    text = text[:LONGEST]
    said = plain(text)
    if not said:
        return Meaning("", 0.0, text=text)
    reading = classifier(language).read(said)
    if expecting.record:
        return _danger(reading, said, text, language) or Meaning("no" if _no_message(said, language) else "", 1.0, text=text)
    if expecting.name == "open":
        meaning = _sure_enough(_open(reading, said, text, language, now), SURE)
        if meaning.intent in DANGERS:
            return meaning
        leaving = {"leaving": True} if meaning.intent == "thanks" and _takes_leave(said.split(), language) else {}
        return _two_wishes(said, language, now) or _with(meaning, slots.besides(text, language, expecting, now) | leaving)
    meaning = (
        _unnamed(text, language, expecting)
        or _one_of_these(said, text, language, expecting, now)
        or _danger(reading, said, text, language)
        or _scam(said, text, language)
        or _yes_and_more(said, text, language, expecting, now)
        or _here_and_more(said, text, language, expecting, now)
        or _answer(said, text, language, expecting, now)
        or _sure_answer(_sure_enough(_open(reading, said, text, language, now), SURE_ELSEWHERE), expecting)
    )
    if meaning.also:
        return meaning
    if _says_yes_at_length(meaning, said, text, language, expecting):
        meaning = replace(meaning, intent="yes")
    meaning = _with(meaning, slots.besides(text, language, expecting, now))
    if _asks_who(expecting) and meaning.intent in ("", "yes"):
        return replace(meaning, also=_wish(names.without_introduction(text, expecting.options, language), language, now))
    return replace(meaning, also=_wish(_turned(said, language), language, now)) if expecting.name in CLOSED else meaning


def likeliest(text: str, language: Language, now: dt.datetime, reading: Reading | None = None) -> Meaning:
    """The likeliest intent of the open question with its confidence, even where the dialogue would ask.

    `reading`: what a classifier made of the sentence, where it is not the language's own that shall read it.
    """
    said = plain(text[:LONGEST])
    if not said:
        return Meaning("none", 1.0, text=text, why={"by": "nothing said"})
    return _open(reading or classifier(language).read(said), said, text, language, now)


def understand_keys(keys: str, expecting: Expecting, today: dt.date | None = None) -> Meaning:
    """What keys mean: 0 a person, 8 another language, * back (or clear, in a digits field), # the end, 1 yes, 2 no, n the nth
    choice; of days 1 today, 2 tomorrow, 3 another one, or a day of the month. Without `today` no key is a day."""
    data = expecting.name in ("digits", "pin")
    if keys.endswith("*"):
        # Where several are typed * clears them; pressed on its own it goes back.
        return Meaning("repeat" if (data or expecting.digits) and len(keys) > 1 else "back", keys=keys)
    if not data and keys == "0":
        return Meaning("speak_to_person", keys=keys)
    if expecting.name == "date" and today and (day := slots.day_by_keys(keys, expecting.digits, today)):
        return Meaning("", slots=day, keys=keys)
    if keys == "8" and len(expecting.options) < 8 and not data:
        return Meaning("change_language", keys=keys)
    if data:
        return Meaning("", slots={"digits": keys.rstrip("#")}, keys=keys)
    if expecting.name == "yes_no" and keys in ("1", "2"):
        return Meaning("yes" if keys == "1" else "no", keys=keys)
    if expecting.name == "open" and keys in ("1", "2"):
        return Meaning("yes" if keys == "1" else "no", keys=keys)
    if expecting.name in ("choice", "name") and keys.isdigit() and 1 <= int(keys[:3]) <= len(expecting.options):
        return Meaning("", slots={"choice": int(keys[:3]) - 1}, keys=keys)
    return Meaning("none", keys=keys)


def _open(reading: Reading, said: str, text: str, language: Language, now: dt.datetime) -> Meaning:
    """The answer to the open question: danger, a sentence of the data, or what is most like it. A language whose open
    question is a menu has too few sentences to tell a thief's by likeness: there the patterns do."""
    return (
        _danger(reading, said, text, language)
        or _known(said, text, language, now)
        or (_scam(said, text, language) if "open" in language.answers else None)
        or _like(reading, text, language, now)
    )


def _one_of_these(said: str, text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning | None:
    """Nothing but the name of what was offered: "the gas", after "the gas, or the water?", smells of nothing."""
    offered = {word for option in expecting.options for word in plain(option).split()} if expecting.name == "choice" else set()
    named = [word for word in said.split() if word not in language.names.fillers]
    return _answer(said, text, language, expecting, now) if named and offered.issuperset(named) else None


def _danger(reading: Reading, said: str, text: str, language: Language) -> Meaning | None:
    """Somebody is in danger now: the detector thinks so, in the light of the patterns. In a language whose open question is a
    menu, the detector has too few sentences for that: there a pattern decides."""
    if said in _sentences(language):
        known = _sentences(language)[said] == "emergency"
        return Meaning("emergency", 0.99, text=text, why={"by": "known sentence"}) if known else None
    pattern = _pattern("emergency", said, language)
    if pattern and "open" in language.answers:
        return Meaning("emergency", 0.98, text=text, why={"by": "pattern", "pattern": pattern})
    if _is_a_number(said):
        return None
    likely = _in_the_light(reading.danger, _evidence(pattern, said, text, language))
    if likely < DANGER:
        return None
    why = {"by": "danger", "words": reading.telling_words("emergency")} | ({"pattern": pattern} if pattern else {})
    return Meaning("emergency", likely, text=text, why=why)


def _evidence(pattern: str | None, said: str, text: str, language: Language) -> float:
    """What the patterns and words say of danger, as log-odds."""
    if pattern:
        return CRY
    if _taken_back("emergency", said, language):
        return -CRY
    return -CALM if any(slots.longest_named(text, language, kind) for kind in TOLD_CALMLY) else 0.0


def _in_the_light(danger: float, evidence: float) -> float:
    """How likely danger is, 0-1, after the evidence."""
    danger = min(max(danger, LEAST_DANGER), 1 - LEAST_DANGER)
    return 1 / (1 + exp(-log(danger / (1 - danger)) - evidence))


def _is_a_number(said: str) -> bool:
    """Nothing but a long row of digits, a telephone number perhaps: by its sound, "oh nine oh" is like a cry for help."""
    found = parse_digits(said) or ""
    return len(found) >= LONG_NUMBER and len(found) >= len(said.split())


def _scam(said: str, text: str, language: Language) -> Meaning | None:
    """A thief's own words, in the middle of another question."""
    pattern = _pattern("report_scam", said, language)
    return Meaning("report_scam", 0.95, text=text, why={"by": "pattern", "pattern": pattern}) if pattern else None


def _pattern(intent: str, said: str, language: Language) -> str | None:
    """The pattern of the intent that the sentence has, unless another one takes it back."""
    if _taken_back(intent, said, language):
        return None
    return next((pattern.pattern for pattern in language.patterns.get(intent, ()) if pattern.search(said)), None)


def _answer(said: str, text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning | None:
    """The answer to what was asked, or None."""
    values = language.for_parsers(text)
    if expecting.name == "name" and (who := _who(text, values, language, expecting)):
        return who
    if expecting.name == "yes_no" and expecting.options and (speaking := _speaking(said, text, language, expecting)):
        return speaking
    if expecting.name == "choice":
        picked = slots.extreme(text, language, expecting.options)
        if picked is None:
            picked = slots.choice(text, expecting.options)
        if picked is None:
            picked = slots.choice(values, expecting.options)
        if picked is not None:
            return Meaning("", 0.9, {"choice": picked, **slots.day_slots(values, now)}, text)
        if shift := slots.shift(text, language, expecting.options):
            return Meaning("", 0.8, slots.wish_slots(values, language, now) | shift, text)
        if first := slots.any_of_these(text, language, expecting.options):
            return Meaning("", 0.8, {**first, **slots.day_slots(values, now)}, text)
    if expecting.name in ("digits", "pin") and (found := slots.digits(values, expecting)):
        return Meaning("", 0.9, {"digits": found}, text)
    if expecting.name == "date" and "date" in (day := slots.day_slots(values, now)):
        return Meaning("", 0.9, day, text)
    if expecting.name == "date" and (any_day := slots.any_day(text, language, now)):
        return Meaning("", 0.8, slots.day_slots(values, now) | any_day, text)
    answer = _yes_or_no(said, text, language, now)
    if answer is None and expecting.name in ("choice", "date"):
        found_slots = slots.wish_slots(values, language, now)
        return Meaning("", 0.8, found_slots, text) if found_slots else None
    return answer


def _asks_who(expecting: Expecting) -> bool:
    return expecting.name == "name" or (expecting.name == "yes_no" and bool(expecting.options))


def _says_yes_at_length(meaning: Meaning, said: str, text: str, language: Language, expecting: Expecting) -> bool:
    """ "Yes dear, who else would it be at this hour": to a name, what follows a yes says no more, unless it is another name."""
    if meaning.intent != "none" or expecting.name != "yes_no" or not expecting.options:
        return False
    first, *rest = said.split()
    yes, no = language.answers.get("yes_starts", ()), language.answers.get("no_starts", ())
    return first in yes and not {*rest} & {*no} and not names.stranger(text, expecting.options, language)


def _unnamed(text: str, language: Language, expecting: Expecting) -> Meaning | None:
    """Who it is, without a name; it comes before danger, because by its sound "me and the wife" may be an alarm."""
    if not _asks_who(expecting) or not names.unnamed(text, language):
        return None
    words = plain(text).split()
    answers = {*language.answers.get("yes_starts", ()), *language.answers.get("no_starts", ())} & {*words}
    answers_it = answers or names.own_voice(text, language) or names.stranger(text, expecting.options, language)
    if expecting.name == "yes_no" and answers_it:
        return None
    return Meaning("none", 0.9, {"unnamed": True}, text)


def _no_message(said: str, language: Language) -> bool:
    """Whether these words, alone, leave no message: a person who listened to them would learn nothing."""
    return said in language.answers.get("no_message", ()) or _sentences(language).get(said) in ("no", "cancel")


def _who(text: str, values: str, language: Language, expecting: Expecting) -> Meaning | None:
    """Who of several is calling, by name or by place: one, or several between whom only a question decides."""
    found = names.who(text, expecting.options, language)
    if len(found) > 1:
        return Meaning("", 0.9, {"among": list(found)}, text)
    place = found[0] if found else slots.by_place(values, len(expecting.options))
    if place is not None:
        return Meaning("", 0.9, {"choice": place}, text)
    return Meaning("no", 0.9, text=text) if names.stranger(text, expecting.options, language) else None


def _speaking(said: str, text: str, language: Language, expecting: Expecting) -> Meaning | None:
    """Whether it is the one whom we asked for: "this is Peggy" is a yes to Margaret, "it's Arthur" is a no, and so is her
    daughter. A yes that goes on with another name is no answer."""
    if not names.own_voice(text, language) and names.stranger(text, expecting.options, language):
        yes = said.split()[0] in language.answers.get("yes_starts", ())
        return Meaning("none" if yes else "no", 0.9, text=text)
    is_it = names.own_voice(text, language) or names.who(text, expecting.options, language)
    return Meaning("yes", 0.9, text=text) if is_it else None


def _yes_or_no(said: str, text: str, language: Language, now: dt.datetime) -> Meaning | None:
    """A clear yes or no: the whole phrase, or its first word unless the sentence goes on to be a wish. What it says
    besides ("no, the water one") comes as slots: the dialogue takes a correction from them."""
    phrases = _plain_answers(language)
    first, *rest = said.split()
    leaves = first in language.answers.get("no_starts", ()) and _takes_leave(rest, language)
    leaving = {"leaving": True} if leaves else {}
    if said in phrases:
        return Meaning(phrases[said], 0.97, leaving, text)
    starts = {word: intent for intent in ("yes", "no") for word in language.answers.get(f"{intent}_starts", ())}
    contrary = {"yes": "no", "no": "yes"}.get(starts.get(first, ""))
    both = any(starts.get(word) == contrary for word in rest)
    if first in starts and both and len(rest) <= 2:  # "yes no", "no yes well": by likeness alone it would be one of them
        return Meaning("none", 0.9, text=text)
    if rest:
        best, near = max(((fuzz.ratio(said, phrase), phrase) for phrase in phrases), default=(0.0, ""))
        if best >= SHORT_PHRASE:
            return Meaning(phrases[near], 0.97, leaving, text)
    if first in starts and len(rest) <= 6 and not both:
        return Meaning(starts[first], 0.9, slots.wish_slots(text, language, now) | leaving, text)
    return None


def _takes_leave(words: Sequence[str], language: Language) -> bool:
    """ "no, that's all, thank you": what follows the no ends the call."""
    said = f" {' '.join(words)} "
    return any(f" {plain(phrase)} " in said for phrase in language.answers.get("leaving", ()))


def _taken_back(intent: str, said: str, language: Language) -> bool:
    return any(pattern.search(said) for pattern in language.not_patterns.get(intent, ()))


@lru_cache(maxsize=MOST_LANGUAGES)
def _sentences(language: Language) -> dict[str, str]:
    """The intent of every sentence of the language's data, as plain words."""
    return {plain(sentence): intent for intent, sentences in language.sentences.items() for sentence in sentences}


@lru_cache(maxsize=MOST_LANGUAGES)
def _plain_answers(language: Language) -> dict[str, str]:
    """Those of the sentences that are a yes or a no."""
    return {said: intent for said, intent in _sentences(language).items() if intent in ("yes", "no")}


def _known(said: str, text: str, language: Language, now: dt.datetime) -> Meaning | None:
    """A sentence that stands in the data word for word."""
    intent = _sentences(language).get(said)
    return Meaning(intent, 0.99, _details(text, language, now), text, why={"by": "known sentence"}) if intent else None


def _details(text: str, language: Language, now: dt.datetime) -> dict[str, Any]:
    """The slots of a wish; those alone that can be told, where a number is too large for a calendar."""
    try:
        return slots.wish_slots(text, language, now) | slots.said_slots(text, now) | slots.share(text, language)
    except (OverflowError, ValueError):
        return {}


def _like(reading: Reading, text: str, language: Language, now: dt.datetime) -> Meaning:
    """What the classifier makes of it, besides danger: that was decided before, by odds of its own.

    For what is ours the confidence is lowered by how likely it is nothing of ours at all: "is it this wish" and "is
    it a wish of ours" are two doubts, and one threshold over both keeps more of the right ones.
    """
    shares = reading.confidences
    intent = next(intent for intent in shares if intent != "emergency")
    safe = 1 - shares.get("emergency", 0.0)
    share, foreign = shares[intent] / safe, shares.get("none", 0.0) / safe
    confidence = share if intent == "none" else share * (1 - foreign)
    runners_up = {other: its for other, its in shares.items() if other != intent}
    close = CLOSE if len(text.split()) > FEW_WORDS else CLOSE_OF_FEW
    others = [other for other, its in runners_up.items() if its >= close * shares[intent]]
    why = {
        "by": "likeness",
        "words": reading.telling_words(intent),
        "runners_up": dict(list(runners_up.items())[:3]),
    }
    found = _details(text, language, now)
    return Meaning(intent, confidence, found, text, alternatives=tuple(others), why=why)


def _two_wishes(said: str, language: Language, now: dt.datetime) -> Meaning | None:
    """ "Pay the gas, and I need the doctor": both, if each half is surely a wish of its own."""
    for joint in language.joints:
        first, _, second = said.partition(f" {joint} ")
        if len(first.split()) < LEAST_WORDS or len(second.split()) < LEAST_WORDS:
            continue
        one, two = likeliest(first, language, now), likeliest(second, language, now)
        if _are_two(one, two) and all(half.intent in WISHES and half.confidence >= SURE_WISH for half in (one, two)):
            return replace(one, text=said, alternatives=(), also=({"intent": two.intent, "slots": dict(two.slots)},))
    return None


def _with(meaning: Meaning, besides: dict[str, Any]) -> Meaning:
    return replace(meaning, slots={**meaning.slots, **besides})


def _yes_and_more(said: str, text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning | None:
    """ "Yes please, and then I want the doctor": a plain yes to what was asked, and a wish after it."""
    for joint in language.joints if expecting.name == "yes_no" else ():
        answer, _, rest = said.partition(f" {joint} ")
        if _plain_answers(language).get(answer) == "yes" and (also := _wish(rest, language, now)):
            return Meaning("yes", 0.97, text=text, also=also)
    return None


def _here_and_more(said: str, text: str, language: Language, expecting: Expecting, now: dt.datetime) -> Meaning | None:
    """ "Yes, speaking, I want the doctor": it is the one whom we asked for, and what they want."""
    if expecting.name != "yes_no" or not expecting.options or names.stranger(text, expecting.options, language):
        return None
    rest = names.without_introduction(text, expecting.options, language)
    lead = said.removesuffix(rest).split()
    yes = {*language.answers.get("yes_starts", ()), *language.names.signatures}
    here = yes & {*lead} or any(f" {own} " in f" {' '.join(lead)} " for own in language.names.own)
    also = _wish(rest, language, now) if here else ()
    return Meaning("yes", 0.95, text=text, also=also) if also else None


def _wish(rest: str, language: Language, now: dt.datetime) -> tuple[dict[str, Any], ...]:
    """The wish that the rest of a sentence surely is, if it is one."""
    if len(rest.split()) < LEAST_WORDS:
        return ()
    wish = likeliest(rest, language, now)
    sure = wish.intent in WISHES - {"leave_message"} and wish.confidence >= SURE_WISH  # "tell them": mostly the volunteer
    besides = slots.besides(rest, language, Expecting("open"), now)
    return ({"intent": wish.intent, "slots": {**wish.slots, **besides}},) if sure else ()


def _turned(said: str, language: Language) -> str:
    """The rest of "no, I need my shopping instead", without the words that turn to it; "" where nothing turns."""
    words = said.split()
    if words[0] in language.answers.get("no_starts", ()):
        said = " ".join(words[1:])
    rest = f" {said} "
    for phrase in sorted(language.words.get("instead", {}).get("instead", ()), key=len, reverse=True):
        rest = rest.replace(f" {plain(phrase)} ", " ")
    rest = rest.strip()
    return rest if rest != " ".join(words) else ""


def _are_two(one: Meaning, two: Meaning) -> bool:
    """Two wishes, or one kind of wish about two things: a lift and the shopping, the gas and the water."""
    of_two = ((one.slots.get(thing), two.slots.get(thing)) for thing in THINGS)
    return one.intent != two.intent or any(this and that and this != that for this, that in of_two)


def _sure_answer(meaning: Meaning, expecting: Expecting) -> Meaning:
    """A yes or no that is only like one answers nothing that moves money or books."""
    unsure = expecting.name == "yes_no" and meaning.intent in ("yes", "no") and meaning.confidence < SURE_ANSWER
    return replace(meaning, intent="none") if unsure else meaning


def _sure_enough(meaning: Meaning, threshold: float) -> Meaning:
    """The meaning, or `none` with its slots where it is too unsure to act on. Danger has a threshold of its own."""
    sure = meaning.confidence >= threshold or meaning.intent == "emergency"
    return meaning if sure else replace(meaning, intent="none")
