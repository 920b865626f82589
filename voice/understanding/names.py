"""Who is speaking, and whom they mean: a name found inside a sentence, by its short forms and by its sound.

A name is never guessed. What fits two people is both of them, to be asked about; what fits nobody is nobody.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from voice.languages import Language
from voice.names import Names
from voice.tokens import plain

CLOSE = 76  # of 100: how near letters and sound must be to a name that was garbled
CLOSE_PART = 65  # the same of each word of a company's name
LEAD = 8  # by so much the nearest must lead, else both are meant
LEAST_LETTERS = 4  # of a word that may be a garbled name
NAME_WORDS = 2  # that follow "my name is"
SHORT_ANSWER = 4  # words: so short an answer may be nothing but a name
NEARBY = 4  # words after a name's introduction in which "'s daughter" takes it back
_HANGUL = re.compile(r"[가-힣]")


def who(text: str, people: Sequence[str], language: Language) -> tuple[int, ...]:
    """The places of those of `people` (full names, short ones beside them) who may have said this of themselves.

    One: it is they. Several: ask which. None: nobody of them was named, or somebody else is speaking for them.
    """
    if any(_HANGUL.search(person) for person in people):
        return _who_in_korean(plain(text), people, language.names)
    return named_among(_introduced(plain(text), language.names), people, language)


def own_voice(text: str, language: Language) -> bool:
    """ "It's me": the one who was asked for, without a name."""
    return plain(text) in language.names.own


def unnamed(text: str, language: Language) -> bool:
    """ "Me and the wife": who it is, and no name in it. What somebody says who is just not understood is none of this."""
    names, words = language.names, plain(text).split()
    about = names.unnamed | names.fillers | names.others | {word for said in names.introductions for word in said.split()}
    return any(word in names.unnamed for word in words) and all(word in about for word in words)


def without_introduction(text: str, people: Sequence[str], language: Language) -> str:
    """What is said after "yes, it's Peggy, and": the plain words from the first one on that introduces nobody."""
    names, said = language.names, plain(text).split()
    known = {word for person in people for word in plain(person).split()}
    known |= {short for name in known for short in names.short_for(name)} | names.signatures | names.titles | names.fillers
    known |= {word for phrase in (*names.introductions, *names.own, *language.joints) for word in phrase.split()}
    start = next((place for place, word in enumerate(said) if word not in known - {"i", "i'm"}), len(said))
    return " ".join(said[start:])


def stranger(text: str, people: Sequence[str], language: Language) -> bool:
    """Whether somebody introduces themselves who is none of `people`: by another name, or as somebody's daughter."""
    said, names = plain(text), language.names
    following = _after_introduction(said, names)
    if following is None:
        return False
    if _speaks_for_another(following, names):
        return True
    given = [word for word in _unless_titles(following, names)[:1] if word in names.given]
    return bool(given) and not named_among(given, people, language)


def named_among(words: Sequence[str], people: Sequence[str], language: Language) -> tuple[int, ...]:
    """The places of those people whom these words name: exactly or by a short form, else by likeness and sound."""
    names, parts = language.names, [_parts(person) for person in people]
    scores = [_exactly(words, given, last, names) for given, last in parts]
    # Somebody who has a first name that nobody of them has is none of them, whatever the surname.
    other = any(word in names.given and not any(word in last for _, last in parts) for word in words)
    if max(scores, default=0) >= (2 if other else 1):
        return tuple(place for place, score in enumerate(scores) if score == max(scores))
    if other:
        return ()
    heard = [word for word in _with_joined(words) if len(word) >= LEAST_LETTERS and word not in names.given]
    near = [_nearness(heard, given, last, names) for given, last in parts]
    best = max(near, default=0.0)
    return tuple(place for place, score in enumerate(near) if best >= CLOSE and score > best - LEAD)


def company(text: str, language: Language) -> str | None:
    """The kind of biller whose company's name stands in the sentence, garbled or not. None where two kinds fit."""
    words = plain(text).split()
    scores = {
        kind: max((_company_closeness(words, name) for name in companies), default=0.0)
        for kind, companies in language.names.companies.items()
    }
    best = max(scores.values(), default=0.0)
    fitting = [kind for kind, score in scores.items() if score > best - LEAD]
    return fitting[0] if best >= CLOSE and len(fitting) == 1 else None


def practitioner(text: str, language: Language) -> str | None:
    """The doctor or nurse who was named: "with Doctor Patel" -> "doctor patel"; "the doctor please" names none."""
    said, names = f" {plain(text)} ", language.names
    for title in names.practitioners:
        name = said.partition(f" {title} ")[2].split()[:1]
        if name and len(name[0]) > 2 and name[0].isalpha() and name[0] not in names.no_names:
            return f"{title.split()[-1]} {name[0]}"
    return None


@lru_cache(maxsize=65536)
def closeness(said: str, name: str) -> float:
    """0-100: how near two words are by their letters, or by letters and sound together."""
    letters, sounds = fuzz.ratio(said, name), (sound(said), sound(name))
    if min(len(sounds[0]), len(sounds[1])) < 2:
        return letters
    return max(letters, (letters + fuzz.ratio(*sounds)) / 2)


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """How a word sounds on a telephone, roughly: its consonants, those that sound alike as one, and how it begins."""
    for letters, heard in _SOUNDS:
        word = letters.sub(heard, word)
    first = "a" if word[:1] in "aeiou" else word[:1]
    return re.sub(r"(.)\1+", r"\1", first + re.sub("[aeiouyhw]", "", word[1:]))


_SOUNDS = [
    (re.compile(letters), heard)
    for letters, heard in (
        ("ph", "f"), ("gh", ""), ("^wr", "r"), ("^kn", "n"), ("mb$", "m"), ("tch|ch|sh", "x"), ("dg", "j"), ("ck", "k"),
        ("c(?=[eiy])", "s"), ("[cq]", "k"), ("x(?=.)", "ks"), ("z", "s"), ("g(?=[eiy])", "j"), ("th", "f"), ("v", "f"), ("b", "p"),
        ("d", "t"), ("g", "k"),
    )
]  # fmt: skip


def _parts(person: str) -> tuple[frozenset[str], frozenset[str]]:
    """First names and surname: "Margaret Hughes" -> margaret / hughes. A name alone is a first name."""
    words = [word for word in plain(person).split() if len(word) > 1]
    return (frozenset(words[:-1]), frozenset(words[-1:])) if len(words) > 1 else (frozenset(words), frozenset())


def _exactly(words: Sequence[str], given: frozenset[str], last: frozenset[str], names: Names) -> int:
    """2 for a first name or its short form, 1 for the surname, 3 for both."""
    first = any(_same_person(word, own, names) for word in words for own in given)
    return 2 * first + any(word in last for word in words)


def _same_person(said: str, own: str, names: Names) -> bool:
    """Peggy is Margaret, and Margaret is Peggy; but Peggy is not Maggie, though both are Margaret."""
    return said == own or own in names.nicknames.get(said, ()) or said in names.nicknames.get(own, ())


def _nearness(heard: Sequence[str], given: frozenset[str], last: frozenset[str], names: Names) -> float:
    short = {nickname for nickname, formal in names.nicknames.items() if formal & given}
    known = [name for name in given | last | short if len(name) >= LEAST_LETTERS]
    return max((closeness(word, name) for word in heard for name in known), default=0.0)


def _with_joined(words: Sequence[str]) -> list[str]:
    """The words, and each two as one: "mar garet"."""
    return [*words, *(first + second for first, second in itertools.pairwise(words))]


def _introduced(said: str, names: Names) -> list[str]:
    """The words that may be the speaker's name: after "this is", before "speaking", or all of a short answer."""
    following = _after_introduction(said, names)
    if following is not None:
        return [] if _speaks_for_another(following, names) else _unless_titles(following, names)[:NAME_WORDS]
    words = said.split()
    if any(word in names.signatures for word in words[1:]):
        end = next(place for place, word in enumerate(words) if place and word in names.signatures)
        words = words[max(0, end - NAME_WORDS) : end]
    elif len(_unless_titles(words, names)) > SHORT_ANSWER:
        return []
    return [] if _speaks_for_another(words, names) else _unless_titles(words, names)


def _after_introduction(said: str, names: Names) -> list[str] | None:
    """What follows the last introduction that is not denied: "it's not Arthur, it's Margaret". None without one."""
    found = [
        (at + len(words), said[at + len(words) :].split())
        for words in names.introductions
        for at in [f" {said} ".rfind(f" {words} ")]
        if at >= 0
    ]
    allowed = [(end, rest) for end, rest in found if rest and rest[0] not in names.denials]
    return max(allowed, default=(0, None), key=lambda pair: pair[0])[1]


def _speaks_for_another(words: Sequence[str], names: Names) -> bool:
    return any(word in names.others or word.endswith("'s") for word in words[:NEARBY])


def _unless_titles(words: Sequence[str], names: Names) -> list[str]:
    return [word for word in words if word not in names.titles and word not in names.fillers]


def _company_closeness(words: Sequence[str], name: str) -> float:
    """How near the sentence comes to the name: the mean of its words, each of which must be there, side by side."""
    parts = name.split()
    return max(
        (_mean_of_all(words[start : start + len(parts) + 1], parts) for start in range(len(words))),
        default=0.0,
    )


def _mean_of_all(window: Sequence[str], parts: Sequence[str]) -> float:
    """Short words must be said as they are: too much is like them."""
    near = [
        max(100.0 * (word == part) if len(part) < LEAST_LETTERS else closeness(word, part) for word in _with_joined(window))
        for part in parts
    ]
    return sum(near) / len(near) if min(near) >= CLOSE_PART else 0.0


def _who_in_korean(said: str, people: Sequence[str], names: Names) -> tuple[int, ...]:
    """By the whole name, or by what follows the family name; a recogniser may have cut it into its syllables."""
    if _speaks_for_another([*said.split()], names):
        return ()
    joined = _letters(said.replace(" ", ""))
    whole = [_letters(plain(person).replace(" ", "")) in joined for person in people]
    given = [len(person) > 2 and _letters(person[1:]) in joined for person in people]
    for fits in (whole, given):
        if any(fits):
            return tuple(place for place, fit in enumerate(fits) if fit)
    return ()


def _letters(text: str) -> str:
    return unicodedata.normalize("NFC", text)
