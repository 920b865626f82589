"""A spoken sentence made ready for reading values: one word a token, fillers gone, corrections marked.

A recogniser and a hand write the same words in many ways ("4.30 p.m.", "four thirty pm", "half-past four"), and
people wrap them in others ("well, let me see, it's, um, the fourth, no, sorry, the fifth"). After `spoken` there is
one way left, in which `CORRECTED` stands wherever somebody takes back what they just said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from voice.understanding.counting import DIGITS, ONES, TENS
from voice.understanding.homophones import put_right

CORRECTED = "|"
LONGEST_SAID = 600  # characters, about a minute of speech: reading stays fast whatever comes
_FRACTIONS = {"½": "half", "¼": "quarter", "¾": "three quarters"}
_AFTER_FIGURE = {"½": " and a half ", "¼": " and a quarter ", "¾": " and three quarters "}
_FRACTION = re.compile(r"(?P<after>(?<=\d) ?)?(?P<sign>[½¼¾])")
_TYPED = {"1/2": "½", "1/4": "¼", "3/4": "¾"}
_WRITTEN: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (  # pattern -> plainer writing
    (re.compile(r"\b([ap])\. ?m\b\.?"), r" \1m "),
    (re.compile(r"o['’ ]? ?clock"), "oclock"),
    (re.compile(r"['’]"), ""),
    (re.compile(r"\b([^\W\d_]{1,3})(?:-|…|\.\.\.) ?(?=\1\w)|\b([^\W\d_]+)-, (?=\2\b)"), ""),  # f-four, th... third
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
    (re.compile(r"(?<=\d) (1/2|1/4|3/4)\b"), lambda match: _AFTER_FIGURE[_TYPED[match[1]]]),
    (re.compile(r"(?<=\d) ?[-–] ?(?=\d)|(?<=\d[ap]m) ?[-–] ?(?=\d)|(?<= [ap]m) *[-–] *(?=\d)"), " - "),
    (re.compile(r"(?<![\w£$€] )(?<![\w£$€])[-−](?=[\d£$€])"), " minus "),
    (re.compile(r"%"), " percent "),
    (re.compile(rf"\b({'|'.join([*ONES, *TENS])})-?ish\b"), r"\1 ish"),
)
_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+(?:[.:]\d+)*|[^\W\d_]+|[£$€/]|(?<= )-(?= \d)")
_MISHEARD = {"forth": "fourth", "nineth": "ninth", "twelth": "twelfth", "febuary": "february", "wensday": "wednesday",
             "fourty": "forty", "ninty": "ninety", "tomorow": "tomorrow", "thirsty": "thursday", "till": "until", "til": "until",
             "fortnite": "fortnight", "fife": "five", "niner": "nine", "nort": "nought", "pounce": "pounds"}  # fmt: skip
_HESITATION = re.compile(r"(?:u+[hm]+|e+r+m*|h+m+|m+h?m+|a+h+|eh)$")
_FILLERS = (
    "like", "basically", "literally", "exactly", "precisely", "roughly", "approximately", "more or less", "give or take",
    "or so", "or thereabouts", "well", "you know", "you see", "you understand", "bear with me", "to be honest", "dear me",
    "bless me", "what is it", "whats it", "if you like", "as it were", "first of all", "at first", "these days", "the other day",
    "from time to time", "from day to day", "id say", "shall we say", "one (?:moment|sec)(?: please)?",
    "i (?:think|believe|suppose|guess|reckon|would say|should think|dare say|want to say|imagine)",
    "(?:quite|i am|im) (?:certain|sure)", "(?:sort|kind) of", "let(?:s| me) (?:see|think|say)",
    "if i remember(?: right(?:ly)?)?", "good (?:morning|afternoon|evening|night)", "day (?:in|by) day",
    r"(?:just|half|give me) (?:a|one) (?:minute|moment|mo|second|sec|tick)(?= \w)",
)  # fmt: skip
_AFTER_NO = (  # what makes "no" a word of its own sense and no correction: "no later than", "no one", but not "no, one o'clock"
    "later", "earlier", "more", "less", "fewer", "sooner", "longer", "problem", "idea", "good", "need", "way", "doubt", "use",
    "matter", "rush", "hurry",
    "one (?!and|point|or|hundred|thousand|million|oclock|pound|hour|day|week|minute|[a-z]+ty|[a-z]+teen|oh|quarter|"
    "in the (?:morning|afternoon))",
)  # fmt: skip
_CORRECTIONS = (
    f"no(?! (?:{'|'.join(_AFTER_NO)}))", "nope", "nah", "sorry", "actually", "oops", "whoops", "pardon(?: me)?",
    "i beg your pardon", "beg (?:your )?pardon", "excuse me", "i mea?nt?", "i tell a lie", "correction", "my mistake", "silly me",
    r"wait(?: a (?:minute|moment|second|sec)\b(?! and))?", r"(?:hang|hold) on(?: a (?:minute|moment|second|sec|tick)\b(?! and))?",
    "(?:scratch|strike|forget|change|cancel) that(?: to)?", "make (?:that|it)", "or rather", "or better", "better still",
    "on second thoughts?", "i should say", "(?:it )?should be", "thats (?:wrong|not right|not it)", "not that",
    "what am i saying", "(?:let me )?(?:start|try) again", "let me correct (?:that|myself)",
)  # fmt: skip
_FILLER = re.compile(rf"\b(?:{'|'.join(_FILLERS)})\b ?")
_CORRECTION = re.compile(rf"\b(?:{'|'.join(_CORRECTIONS)})\b ?")
_NUMBER_WORDS = "|".join([*DIGITS, *ONES, *TENS])
_EXCLAIMED = re.compile(  # "oh, it's ...", but not the nought of "oh seven" or "oh for oh seven"
    rf"(^|\{CORRECTED} |^yes )oh (?=[a-z])(?!(?:{_NUMBER_WORDS}|double|treble|triple|(?:for|to|too|ate|won) (?:{_NUMBER_WORDS}))\b)"
)
_SPLIT_HALF = re.compile(r"\b([ap]) m\b")
_STUTTER = re.compile(r"\b(the|a|an|on|at|in|of|for|to|its|is|and|about|my|i|it|by|from|past|half|quarter|next|last)(?: \1\b)+")


def spoken(text: str) -> str:
    """The sentence as single words and figures between single spaces; of a long one only the end, where people come
    to the point.

    >>> spoken("It's, um, £42.50... no, sorry, 43 p.m.")
    'its £ 42.50 | | 43 pm'
    """
    plain = _FRACTION.sub(_fraction, text[-LONGEST_SAID:])
    plain = unicodedata.normalize("NFKC", plain).lower()[:LONGEST_SAID]
    for pattern, plainer in _WRITTEN:
        plain = pattern.sub(plainer, plain)
    words = " ".join(_MISHEARD.get(word, word) for word in _TOKEN.findall(plain) if not _HESITATION.match(word))
    words = _CORRECTION.sub(f"{CORRECTED} ", words)
    words = _EXCLAIMED.sub(r"\1", _FILLER.sub("", words))
    return put_right(_SPLIT_HALF.sub(r"\1m", _STUTTER.sub(r"\1", words)).strip())


def _fraction(match: re.Match[str]) -> str:
    words = _FRACTIONS if match["after"] is None else _AFTER_FIGURE
    return words[match["sign"]]
