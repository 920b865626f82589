"""Words that a recogniser writes for others that sound the same, put right where their neighbours leave no doubt."""

from __future__ import annotations

import re

from voice.understanding.counting import ONES, TENS

_TENS = "|".join(TENS)
_COUNT = "|".join([*ONES, *TENS, "hundred", "thousand", r"\d+"])
_SCALE = "hundred|thousand|million"
_MEASURE = "pounds?|quid|pence|p|euros?|dollars?|cents?|percent|minutes?|hours?|days?|weeks?|months?|years?|oclock|am|pm"
_ENDS = r"(?=$| \||(?: (?:please|oclock|in the|at night|tomorrow|today|tonight|this|on|pm|am|if|thank|thanks|love|dear)\b))"
_AT = (
    rf"(?:half|past|after|quarter (?:to|of|past)|(?:minutes|five|ten|twenty) to|(?:between|from) (?:{_COUNT}) (?:and|until|to))"
)
_RULES = [(re.compile(pattern), right) for pattern, right in (
    (rf"\b(a|next|this|last|the|of|\w+day|tomorrow|{_COUNT}|\.\d+) weak\b", r"\1 week"),
    (rf"\b({_COUNT}|couple of|and a half|of) ours\b", r"\1 hours"),
    (r"\b(an|half an|one|won|of an) our\b", r"\1 hour"),
    (rf"\b({_COUNT}) (?:pens|pants|pent)\b", r"\1 pence"),
    (r"\b(and a) have\b|\bhave(?= (?:past|an hour|a dozen)\b)", r"\1 half"),
    (rf"\bate(?= (?:{_SCALE}|{_MEASURE}|point|and a half)\b)", "eight"),
    (rf"\b({_COUNT}|{_AT}|at) ate\b", r"\1 eight"),
    (rf"\bwon(?= (?:{_SCALE}|hour|day|week|month|pound|oclock|am|pm|point|and a half|or two|to ten)\b)", "one"),
    (rf"\b({_TENS}|and|{_AT}|oh|nought|zero) won\b(?! the)", r"\1 one"),
    (rf"\bfor(?= (?:{_SCALE}|oclock|am|pm|point|and a half)\b)", "four"),
    (rf"\b({_TENS}) for(?= (?:{_SCALE}|{_MEASURE}|point)\b|$| \||(?: (?:please|thank|love|if)\b))", r"\1 four"),
    (r"\bfor(?= (?:pounds|pence|quid|p)\b)|(?<=takes )for(?= hours\b)", "four"),
    (r"\bto(?= (?:pounds|pence|quid)\b)", "two"),
    (rf"\b({_MEASURE}|\d) four(?= (?:the|my|an?|his|her|it|me|us)\b)", r"\1 for"),
    (rf"\b({_MEASURE}|\d) two(?= (?:the|my|an?|his|her|it|me|us)\b)", r"\1 to"),
    (rf"\b({_AT}) for{_ENDS}", r"\1 four"),
    (rf"\b(?:to|too)(?= (?:{_SCALE}|oclock|am|pm|point|and a half|or three)\b)", "two"),
    (r"\b(in|for|took|lasted|takes|about|waiting|after|least) too?(?= (?:minutes|hours|days|weeks|months|years)\b)", r"\1 two"),
    (rf"\b({_TENS}) too?(?= (?:{_SCALE}|{_MEASURE}|point)\b)", r"\1 two"),
    (r"\b(thirty|forty|fifty|sixty|seventy|eighty|ninety) too?(?=$| \|| please)", r"\1 two"),
    (rf"\b({_AT}) too?{_ENDS}", r"\1 two"),
    (r"\bpast for\b", "past four"),
    (rf"\b(a|{_COUNT}) tenor(s?)\b", r"\1 tenner\2"),
    (r"\b(the) ace\b|\bace(?= of)", r"\1 eighth"),
    (r"\b(the) seconds(?= (?:of|\w+day)\b)", r"\1 second"),
)]  # fmt: skip


def put_right(words: str) -> str:
    """The words with what was misheard replaced: "forty to pence" -> "forty two pence", "half passed" is left alone."""
    for pattern, right in _RULES:
        words = pattern.sub(right, words)
    return words
