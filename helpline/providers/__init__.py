"""Telephony behind one contract: it checks that a request is really the provider's, translates, sends and rings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from helpline.settings import Settings

ANSWERED = "/calls/answered"  # paths that the provider is told to ask, below the public URL
STATUS = "/calls/status"
MACHINE = "/calls/machine"
TEXT_STATUS = "/texts/status"
LONGEST_JOINED = 4 * 3600  # seconds that two people stay joined: then the provider ends it, whatever we hear of that

Reach = Literal["", "no_texts", "stopped"]  # what a refusal tells of a number: it takes no texts; its owner wants none


class ProviderError(RuntimeError):
    """What we asked for was not done. `permanent`: asking again makes no sense (a wrong number, a blocked one). `reach`:
    what else that tells of the number."""

    def __init__(self, message: str, permanent: bool, reach: Reach = "") -> None:
        super().__init__(message)
        self.permanent = permanent
        self.reach = reach


@dataclass(frozen=True)
class Ringing:
    """One telephone call as the provider tells of it: its id, the other side's number ("" when withheld), how it
    stands (ringing, live, ended, unanswered), after a hand-over whether somebody took it, the keys that were pressed,
    where the provider keeps what was recorded, what went wrong with a stream, and whether a call of ours seems to have
    been answered by a machine: a hint only, for it takes a long greeting for one."""

    sid: str
    number: str
    status: str = "ringing"
    taken: bool = False
    keys: str = ""
    recording: str = ""
    trouble: str = ""
    machine: bool = False


@dataclass(frozen=True)
class Incoming:
    """A text that somebody sent us: the provider's id, who from ("" where nobody can be answered there), what it says, and
    how many pictures came with it. `keyword`: the whole text is one of the words that every telephone company knows;
    `answered`: the provider has answered it itself."""

    sid: str
    number: str
    body: str
    pictures: int = 0
    keyword: Literal["", "stop", "start", "help"] = ""
    answered: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a text of ours stands: under way, sent, delivered or failed; then why, whether sending it again may help, and
    what that tells of the number."""

    sid: str
    status: Literal["under way", "sent", "delivered", "failed"]
    why: str = ""
    again: bool = False
    reach: Reach = ""


@dataclass(frozen=True)
class CardTyped:
    """What came of a card that somebody was to type: `ok` with the `token` by which the card company knows it; or they pressed
    `star`, were given enough `tries`, have `hung_up`, or there was `trouble`, no fault of theirs. Never a digit of it."""

    came: Literal["ok", "star", "tries", "hung_up", "trouble"]
    token: str = ""


@dataclass(frozen=True)
class Stream:
    """Carry the call's sound both ways over our socket; `token` lets this one call in. `status_url` is told when that
    fails."""

    url: str
    token: str
    status_url: str = ""


@dataclass(frozen=True)
class Speak:
    """Say this in the provider's own voice: where ours cannot be had."""

    text: str
    language: str


@dataclass(frozen=True)
class GoTo:
    """Ask this address of ours how to go on."""

    url: str


@dataclass(frozen=True)
class PutThrough:
    """Ring a person and join them to the call; then ask `url` how to go on, whether they answered or not."""

    number: str
    url: str


@dataclass(frozen=True)
class AskKeys:
    """Say this and wait so many seconds for a key, also while it is said; `url` is told which. Without one the next
    verb goes on. `most`: of so many keys, the next one within as many seconds; 0 for any number of them, ended by #."""

    says: tuple[Speak, ...]
    url: str
    seconds: int
    most: int = 1


@dataclass(frozen=True)
class Record:
    """A tone, then record what is said until it has been quiet for so many seconds, or a key; `url` is told. When
    nothing is said the next verb goes on."""

    url: str
    seconds: int
    quiet: int


@dataclass(frozen=True)
class Pause:
    """Nothing for so many seconds."""

    seconds: int


@dataclass(frozen=True)
class Wait:
    """Let the caller wait in this queue. What they hear there is asked for at `wait_url`, over and over; when they leave
    it, or have talked to whoever took them from it, `url` is asked how to go on."""

    queue: str
    wait_url: str
    url: str


@dataclass(frozen=True)
class Leave:
    """Let the caller leave the queue."""


@dataclass(frozen=True)
class Join:
    """Join this call to the caller in the queue, who first hears what `joined_url` says; then, or when nobody is in it,
    or after LONGEST_JOINED, ask `url`."""

    queue: str
    joined_url: str
    url: str


@dataclass(frozen=True)
class TakeCard:
    """Have the provider ask for a card's number, its last month and its code, by keys, and hand them to the card company
    called `connector`: no digit comes to us. `says`: its three questions, and what is said while the card company is
    asked; `again` is said before a question that has to be put once more. Then `url` is told what came of it; the next
    verb should ask there as well."""

    says: tuple[Speak, Speak, Speak, Speak]
    again: Speak
    connector: str
    url: str


@dataclass(frozen=True)
class HangUp:
    """End the call."""


Verb = Stream | Speak | GoTo | PutThrough | AskKeys | Record | Pause | Wait | Leave | Join | TakeCard | HangUp


class Provider(Protocol):
    """What the helpline needs of a telephone company."""

    def send_sms(self, to: str, body: str, key: str) -> str:
        """Send a text and answer the provider's id. `key` names the news: how the text fares is told at TEXT_STATUS with
        it, and a provider that knows repeats sends it once. Raises ProviderError."""
        ...

    def place_call(self, to: str, answer_url: str, key: str) -> str:
        """Ring somebody; when they answer, `answer_url` is asked. Answers the provider's id. Raises ProviderError."""
        ...

    def signed(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Whether the request to exactly this public `url` is the provider's own. In doubt it is not."""
        ...

    def ringing(self, form: Mapping[str, str]) -> Ringing:
        """The call that a signed request tells of. Raises ValueError when it tells of none."""
        ...

    def card(self, form: Mapping[str, str]) -> CardTyped:
        """What a signed request tells of a card that was typed."""
        ...

    def incoming(self, form: Mapping[str, str]) -> Incoming:
        """The text that a signed request brings. Raises ValueError when it brings none."""
        ...

    def outcome(self, form: Mapping[str, str]) -> Outcome:
        """How a text of ours stands, as a signed request tells. Raises ValueError when it tells of none."""
        ...

    def text_document(self, answer: str = "") -> str:
        """What to do about a text that came, in the provider's own language: nothing, or this answer at once."""
        ...

    def recording(self, url: str) -> bytes:
        """The sound file that a signed request has told of. Raises ProviderError."""
        ...

    def forget_recording(self, url: str) -> None:
        """Have the provider delete it; a failure is only logged."""
        ...

    def document(self, *verbs: Verb) -> str:
        """What to do with a call, in the provider's own language."""
        ...


def open_provider(settings: Settings) -> Provider:
    """The provider of choice. Opens no connection."""
    if settings.telephony.provider == "twilio":
        from helpline.providers.twilio import TwilioProvider

        return TwilioProvider(settings.telephony, settings.public_url)
    from helpline.providers.console import ConsoleProvider

    return ConsoleProvider()
