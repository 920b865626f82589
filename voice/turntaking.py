"""When has the caller finished? Silence that depends on what is expected, on how this caller speaks and on whether the
sentence is finished; keys at any time. Pure: time is given.

The figures behind the constants are in docs/decisions/0009-turn-taking.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from voice.heard import Expecting

LEAST_SPEECH = 0.12  # seconds of detected speech that count as somebody having spoken
BARGE_IN = 0.3  # seconds of speech, together with a recognised word, that stop our voice
BARGE_IN_WITHOUT_WORDS = 0.6  # the same for an engine that has no words before the end
BREATH = 0.4  # seconds of silence after which speech begins anew: a cough and a later "hm" do not add up
WORDLESS = 3.0  # seconds of speech without a word, for an engine that has words early: a television, not a caller
ROOM = 1.5  # times their usual pause: a caller's pauses are not all alike
MOST_STRETCH = 2.25  # times the usual silence: nobody waits four seconds behind every "yes"
LEARN_LONGER, LEARN_SHORTER = 0.5, 0.1  # share of the new pause: patience is learned faster than it is lost
SPOKE_ON = 2.0  # seconds: whoever speaks again so soon behind a turn that was taken had only paused
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
    def end_complete(self) -> float: ...
    @property
    def end_unfinished(self) -> float: ...
    @property
    def end_most(self) -> float: ...
    @property
    def after_noise(self) -> float: ...
    @property
    def between_keys(self) -> float: ...
    @property
    def longest_turn(self) -> float: ...
    @property
    def longest_message(self) -> float: ...


Completeness = Literal["complete", "unfinished", "open"]  # open: nobody can tell from the words


@dataclass(frozen=True)
class Patience:
    """Seconds: until nobody has spoken, of silence that ends a turn, between two keys, for the longest turn; of silence
    behind a number that is complete, and behind a sentence that is not; until a noise is taken for a mumble."""

    no_input: float
    end_of_turn: float
    between_keys: float
    longest: float
    complete: float = 0.6
    unfinished: float = 4.0
    after_noise: float = 3.0


def patience(expecting: Expecting, times: Times, pause: float = 0.0, partials: bool = True) -> Patience:
    """How long to wait, by what is expected and by the caller's usual `pause` in seconds (0.0: not known).

    Without `partials` nobody knows of a number's length before the engine is asked, so it is asked early.
    """
    usual = {
        "yes_no": times.end_yes_no,
        "choice": times.end_yes_no,
        "name": times.end_yes_no,
        "digits": times.end_digits,
        "pin": times.end_digits,
        "message": times.end_message,
    }.get(expecting.name, times.end_open)
    if expecting.digits and not partials:
        usual = min(usual, times.end_yes_no)
    end = max(usual, min(times.end_most, MOST_STRETCH * usual, ROOM * pause))
    slow = expecting.name in ("open", "message", "digits", "pin")
    return Patience(
        no_input=times.no_input_open if slow else times.no_input,
        end_of_turn=end,
        between_keys=times.between_keys,
        longest=times.longest_message if expecting.record else times.longest_turn,
        complete=times.end_complete,
        unfinished=max(end, times.end_unfinished),
        after_noise=times.after_noise,
    )


def learned(pause: float, pauses: Iterable[float], most: float) -> float:
    """The caller's usual pause within a turn, in seconds, after these more; 0.0 stays "not known". Never above `most`."""
    for new in pauses:
        share = LEARN_LONGER if new > pause else LEARN_SHORTER
        pause = min(most, pause + share * (new - pause)) if pause else min(most, new)
    return pause


@dataclass(frozen=True)
class Verdict:
    """The turn is over: words are to be recognised (`speech`), `keys` were pressed, or nobody came (`no_input`)."""

    kind: Literal["speech", "keys", "no_input"]
    keys: str = ""


class TurnTaker:
    """One question's turn. Feed it sound, keys and time; the first verdict is final, unless it was speech: whoever
    looks at the words may let the turn go on (`go_on`, `nothing_said`), and sound is followed meanwhile.

    Speech before the prompt has ended counts, but for a prompt that cannot be talked over: there it counts only if it
    goes on past the end, because a "yes" to half an amount is no yes. The timer of no-input starts with
    `prompt_ended`, and only speech or a key stops it; noise in which there were no words does not put it back. The
    first key wins the field: what is spoken after it is not listened to. `#` ends what was typed or said. `judge` tells
    from the words so far whether the sentence is finished. `may_interrupt`: whether speech stops our voice.
    """

    def __init__(
        self,
        expecting: Expecting,
        patience: Patience,
        partials: bool,
        judge: Callable[[str], Completeness] = lambda _: "open",
        may_interrupt: bool = True,
    ) -> None:
        self._expecting = expecting
        self._patience = patience
        self._partials = partials
        self._may_interrupt = may_interrupt
        self.judge = judge
        self._partial = ""
        self._ends_after = patience.end_of_turn
        self._keys = ""
        self._key_at = 0.0
        self._speech = 0.0
        self._run = 0.0  # of the speech, what came without a breath between
        self._run_for = 0.0  # the same with the short silences in it
        self._silence = 0.0
        self._before_run = 0.0  # the silence before it
        self._started_at: float | None = None
        self._waiting_since: float | None = None
        self._noise_until: float | None = None
        self._verdict: Verdict | None = None
        self.barged_in = False
        self.speaks_again = False  # since the verdict
        self.noises = 0  # how often there was speech without a word
        self.pauses: list[float] = []  # the caller's own within this turn, in seconds

    @property
    def over(self) -> bool:
        return self._verdict is not None

    @property
    def typing(self) -> bool:
        """Whether a first key has won the field."""
        return bool(self._keys)

    @property
    def speech_ended_for(self) -> float:
        """Seconds of silence since the last sound of speech."""
        return self._silence

    def out_of_time(self, at: float) -> bool:
        """Whether the longest turn has been reached."""
        return self._started_at is not None and at - self._started_at >= self._patience.longest

    def prompt_ended(self, at: float) -> None:
        if self._waiting_since is not None:
            return
        if not self._open and self._silence >= BREATH:
            self._forget()
        self._waiting_since = at

    def audio(self, seconds: float, speaking: bool, partial: str, at: float) -> Verdict | None:
        """One piece of sound: its length, whether it is speech, and the words so far."""
        if self._keys or (self._verdict and self._verdict.kind != "speech"):
            return self.tick(at)
        if partial != self._partial:
            self._partial = partial
            self._expect(self.judge(partial))
        if speaking:
            self._speak(seconds, at)
        else:
            self._silence += seconds
            self._run_for += seconds if self._run and self._silence < BREATH else 0.0
            if not self._spoken and self._silence > self._patience.end_of_turn:
                self._forget()  # a click or a cough, long ago
        if self._open and self._may_interrupt and self._interrupts:
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
        waited = self._waiting_since is not None and at - self._waiting_since >= self._patience.no_input
        if self._spoken and self._open:
            television = self._partials and not self._partial and self._speech >= WORDLESS and waited
            if self._silence >= self._ends_after or self.out_of_time(at) or television:
                return self._end(Verdict("speech"))
            return None
        if waited or (self._noise_until is not None and at >= self._noise_until):
            return self._end(Verdict("no_input"))
        return None

    def go_on(self, completeness: Completeness) -> None:
        """The turn is not over: its words so far are not finished, or the caller has begun again."""
        self._verdict, self.speaks_again = None, False
        self._expect(completeness)

    def nothing_said(self, mumbled: bool, at: float) -> None:
        """There were no words in it: it was no turn. `mumbled`: somebody may have spoken, and is not kept waiting long,
        unless our question was still being said: then it was no answer."""
        self._verdict, self.speaks_again, self.barged_in = None, False, False
        self._forget()
        self._partial = ""
        self._expect("open")
        if self._waiting_since is not None:
            self.noises += 1
            self._noise_until = at + self._patience.after_noise if mumbled else None

    @property
    def _open(self) -> bool:
        """Whether words count yet: always, but for a prompt that cannot be talked over."""
        return self._expecting.interruptible or self._waiting_since is not None

    @property
    def _interrupts(self) -> bool:
        """Whether this is somebody who talks over us, and no cough."""
        if self._partials:
            return self._run_for >= BARGE_IN and bool(self._partial)
        return self._run >= BARGE_IN_WITHOUT_WORDS

    def _speak(self, seconds: float, at: float) -> None:
        if self._silence >= BREATH or not self._run:
            self._before_run = self._silence if self._spoken else 0.0
            self._run = self._run_for = 0.0
        began = self._run < LEAST_SPEECH <= self._run + seconds
        self._run += seconds
        self._run_for += seconds
        self._speech += seconds
        self._silence = 0.0
        self._started_at = at if self._started_at is None else self._started_at
        if began:
            self.pauses += [self._before_run] if self._before_run >= BREATH else []
            self.speaks_again = self._verdict is not None
            if not self._partials:
                self._ends_after = self._patience.end_of_turn

    def _expect(self, completeness: Completeness) -> None:
        wait = {"complete": self._patience.complete, "unfinished": self._patience.unfinished}
        self._ends_after = wait.get(completeness, self._patience.end_of_turn)

    def _forget(self) -> None:
        self._speech, self._run, self._run_for, self._started_at = 0.0, 0.0, 0.0, None

    @property
    def _spoken(self) -> bool:
        return self._speech >= LEAST_SPEECH

    def _end(self, verdict: Verdict) -> Verdict:
        self._verdict = verdict
        return verdict


class CutOff:
    """Was the caller cut off? Whoever speaks on as soon as their turn was taken, and before our answer is out, had only
    paused, and for longer than we thought: without this a pause that ends the turn would never be learned."""

    def __init__(self) -> None:
        self._left = self._silence = self._speech = 0.0

    def turn_ended(self, silence: float) -> None:
        """A turn was taken after so many seconds of silence."""
        self._left, self._silence, self._speech = SPOKE_ON, silence, 0.0

    def hear(self, seconds: float, speaking: bool, answered: bool) -> float:
        """The next piece of sound. Answers the whole pause in seconds, once, when they speak on; else 0.0. `answered`:
        our answer has been heard out, so that this is the caller's answer to it."""
        if answered:
            self._left = 0.0
        if self._left <= 0.0:
            return 0.0
        self._left -= seconds
        self._speech = self._speech + seconds if speaking else 0.0
        self._silence += 0.0 if speaking else seconds
        if self._speech < LEAST_SPEECH:
            return 0.0
        self._left = 0.0
        return self._silence
