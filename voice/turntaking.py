"""When has the caller finished? Silence that depends on what is expected; keys at any time. Pure: time is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from voice.heard import Expecting

LEAST_SPEECH = 0.12  # seconds of detected speech that count as somebody having spoken
BARGE_IN = 0.3  # seconds of speech, together with a recognised word, that stop our voice
BARGE_IN_WITHOUT_WORDS = 0.6  # the same for an engine that has no words before the end
BREATH = 0.4  # seconds of silence after which speech begins anew: a cough and a later "hm" do not add up
MOST_KEYS = 20  # of a number of unknown length: nobody's number is longer


class Times(Protocol):
    """The seconds of [turn_taking] in the settings."""

    @property
    def no_input(self) -> float: ...
    @property
    def no_input_open(self) -> float: ...
    @property
    def end_yes_no(self) -> float: ...
    @property
    def end_open(self) -> float: ...
    @property
    def end_digits(self) -> float: ...
    @property
    def end_message(self) -> float: ...
    @property
    def between_keys(self) -> float: ...
    @property
    def longest_turn(self) -> float: ...
    @property
    def longest_message(self) -> float: ...


@dataclass(frozen=True)
class Patience:
    """Seconds: until nobody has spoken, of silence that ends a turn, between two keys, for the longest turn."""

    no_input: float
    end_of_turn: float
    between_keys: float
    longest: float


def patience(expecting: Expecting, times: Times) -> Patience:
    """How long to wait, by what is expected."""
    end = {
        "yes_no": times.end_yes_no,
        "choice": times.end_yes_no,
        "name": times.end_yes_no,
        "digits": times.end_digits,
        "pin": times.end_digits,
        "message": times.end_message,
    }.get(expecting.name, times.end_open)
    slow = expecting.name in ("open", "message", "digits", "pin")
    return Patience(
        no_input=times.no_input_open if slow else times.no_input,
        end_of_turn=end,
        between_keys=times.between_keys,
        longest=times.longest_message if expecting.record else times.longest_turn,
    )


@dataclass(frozen=True)
class Verdict:
    """The turn is over: words are to be recognised (`speech`), `keys` were pressed, or nobody came (`no_input`)."""

    kind: Literal["speech", "keys", "no_input"]
    keys: str = ""


class TurnTaker:
    """One question's turn. Feed it sound, keys and time; the first verdict is final.

    Speech before the prompt has ended counts, but for a prompt that cannot be talked over: there it counts only if it
    goes on past the end, because a "yes" to half an amount is no yes. The timer of no-input starts with
    `prompt_ended`, and only speech or a key stops it. The first key wins the field: what is spoken after it is
    not listened to. `#` ends what was typed or said.
    """

    def __init__(self, expecting: Expecting, patience: Patience, partials: bool) -> None:
        self._expecting = expecting
        self._patience = patience
        self._partials = partials
        self._keys = ""
        self._key_at = 0.0
        self._speech = 0.0
        self._run = 0.0  # of the speech, what came without a breath between
        self._silence = 0.0
        self._started_at: float | None = None
        self._waiting_since: float | None = None
        self._verdict: Verdict | None = None
        self.barged_in = False

    @property
    def speech_ended_for(self) -> float:
        """Seconds of silence since the last sound of speech."""
        return self._silence

    def prompt_ended(self, at: float) -> None:
        if self._waiting_since is not None:
            return
        if not self._open and self._silence >= BREATH:
            self._forget()
        self._waiting_since = at

    def audio(self, seconds: float, speaking: bool, partial: str, at: float) -> Verdict | None:
        """One piece of sound: its length, whether it is speech, and the words so far."""
        if self._verdict or self._keys:
            return self.tick(at)
        if speaking:
            self._run = seconds + (self._run if self._silence < BREATH else 0.0)
            self._speech += seconds
            self._silence = 0.0
            self._started_at = at if self._started_at is None else self._started_at
        else:
            self._silence += seconds
            if not self._spoken and self._silence > self._patience.end_of_turn:
                self._forget()  # a click or a cough, long ago
        enough = BARGE_IN if self._partials else BARGE_IN_WITHOUT_WORDS
        if self._open and self._run >= enough and (partial or not self._partials):
            self.barged_in = True
        return self.tick(at)

    def key(self, digit: str, at: float) -> Verdict | None:
        """One key of 0-9, * and #. Others are no keys of a telephone and are ignored."""
        if self._verdict or digit not in "0123456789*#" or len(digit) != 1:
            return self._verdict
        self.barged_in = True
        self._key_at = at
        if digit == "#":
            said = self._spoken and self._open and not self._keys
            return self._end(Verdict("speech") if said else Verdict("keys", self._keys or "#"))
        self._keys += digit
        alone = self._expecting.digits is None and self._expecting.name != "digits"
        if digit == "*" or alone or len(self._keys) == (self._expecting.digits or MOST_KEYS):
            return self._end(Verdict("keys", self._keys))
        return None

    def tick(self, at: float) -> Verdict | None:
        """Time passes."""
        if self._verdict:
            return self._verdict
        if self._keys:
            return self._end(Verdict("keys", self._keys)) if at - self._key_at >= self._patience.between_keys else None
        if self._spoken and self._open:
            too_long = self._started_at is not None and at - self._started_at >= self._patience.longest
            if self._silence >= self._patience.end_of_turn or too_long:
                return self._end(Verdict("speech"))
            return None
        if self._waiting_since is not None and at - self._waiting_since >= self._patience.no_input:
            return self._end(Verdict("no_input"))
        return None

    @property
    def _open(self) -> bool:
        """Whether words count yet: always, but for a prompt that cannot be talked over."""
        return self._expecting.interruptible or self._waiting_since is not None

    def _forget(self) -> None:
        self._speech, self._run, self._started_at = 0.0, 0.0, None

    @property
    def _spoken(self) -> bool:
        return self._speech >= LEAST_SPEECH

    def _end(self, verdict: Verdict) -> Verdict:
        self._verdict = verdict
        return verdict
