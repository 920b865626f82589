"""One live call's sound: frames in, speech and keys out of them, turns taken, answers played.

The thread that receives keeps the time and never waits for anything else: what may take long is a job of
`answering`. Marks tell what the caller has heard. Rows are touched only inside a turn, so no database session is
held between turns.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from flask import Flask
from simple_websocket import ConnectionClosed

from helpline.calls.answering import Answering, Clause, Failed, Finished, Listen, Looked, More, Parts, Spoken, TurnTimes
from helpline.calls.playing import Player
from voice.audio import RATE, mulaw_to_pcm
from voice.echo import Echo
from voice.endings import completeness, joined
from voice.heard import Heard
from voice.recognisers import Stream
from voice.speechdetector import SpeechDetector
from voice.turntaking import CutOff, Patience, TurnTaker, Verdict, learned, patience

TICK = 0.1  # seconds: how long to wait for a message before looking at the clock
AT_ONCE = 0.06  # seconds of sound that are worked through together: three frames cost little more than one
PRE_ROLL = 1.0  # seconds of sound kept from before somebody is heard to speak
QUIET_LINE = 30.0  # seconds without any message: the line is dead, though nobody said so
HEARING = 2.0  # seconds: a line that sent something so recently is alive
MOST_UNREAD = 250  # messages: five seconds of sound that we did not keep up with
MOST_AHEAD = 5.0  # seconds of sound more than time has passed: no telephone does that
MOST_TROUBLES = 2  # in a call; then the verbs behind the stream take over
LAST_TURN = 30.0  # seconds that a turn under way may still take when the caller has gone
MOST_TYPED = 300  # characters of a sentence that was typed
MOST_FALSE_ALARMS = 2  # in a question; then it is heard out, whoever coughs
DEAF_SOUND = 2.0  # seconds of speech that make a line without words a deaf one: silence alone is a quiet caller
RECORDING_MARGIN = 10.0  # seconds more than the longest message: the turn ends first
POLICY_VIOLATION = 1008
log = logging.getLogger(__name__)


class Socket(Protocol):
    """The part of a WebSocket that is used here. All three may raise ConnectionClosed."""

    def receive(self, timeout: float | None = None) -> str | bytes | None: ...
    def send(self, data: str) -> None: ...
    def close(self, reason: int | None = None, message: str | None = None) -> None: ...


def log_times(times: TurnTimes) -> None:
    log.info(
        "call %s turn %s (%s, %s): waited %.2f s, recognised in %.3f, understood in %.3f, acted in %.3f, spoke after %.3f",
        times.call_id,
        times.turn,
        times.expecting,
        times.engine or "no words",
        times.waiting,
        times.recognising,
        times.understanding,
        times.acting,
        times.speaking,
    )


class Ear:
    """The recogniser's stream of one turn, fed so that it costs what speech costs.

    An engine without words before the end gets sound only from a little before somebody speaks: it would
    work through all the silence too. One that answers words gets all that is audible, and a little before it: it may
    hear what we took for noise. While its stream is being looked at, or not opened yet, the sound is kept.
    """

    def __init__(self, stream: Stream | None, partials: bool) -> None:
        self.stream = stream
        self.partial = ""
        self._partials = partials
        self._feeding = False
        self._before: deque[bytes] = deque()

    def feed(self, pcm: bytes, speaking: bool, audible: bool) -> None:
        """Take a piece of sound, and whether it is speech, and whether the line was anything but dead lately."""
        self._before.append(pcm)
        self._feeding = audible if self._partials else self._feeding or speaking
        if self._feeding:
            self._pour()
        while not self._feeding and sum(map(len, self._before)) > PRE_ROLL * RATE * 2:
            self._before.popleft()

    def take_stream(self) -> Stream | None:
        """The stream, to be looked at: what comes from now on is kept for the next one."""
        if self._feeding:
            self._pour()  # what was kept while there was no stream
        stream, self.stream, self.partial, self._feeding = self.stream, None, "", False
        return stream

    def _pour(self) -> None:
        if self.stream is not None and self._before:
            self.partial = self.stream.feed(b"".join(self._before))
            self._before.clear()


class Listening:
    """One question as it is listened to: its turn, its ear, and what the looks at its words have found so far.

    `looking`: a look is under way. `waited`: the silence before it, in seconds. `false_alarms`: how often our voice
    stopped for nothing.
    """

    def __init__(self, asked: Listen, turn: TurnTaker) -> None:
        self.asked = asked
        self.turn = turn
        self.ear = Ear(asked.stream, asked.partials)
        self.said = Heard()
        self.looking = False
        self.waited = 0.0
        self.false_alarms = 0

    @property
    def words(self) -> str:
        """All that is known of what the caller says, the words of earlier looks and those on their way."""
        return " ".join(filter(None, (self.said.text, self.ear.partial)))


class Deafness:
    """How long there has been sound and no word, in seconds of listening."""

    def __init__(self, most: float) -> None:
        self._most = most
        self.words_came()

    def words_came(self) -> None:
        self._listened = self._speech = 0.0

    def hear(self, seconds: float, speaking: bool) -> None:
        self._listened += seconds
        self._speech += seconds if speaking else 0.0

    @property
    def deaf(self) -> bool:
        return self._listened >= self._most and self._speech >= DEAF_SOUND


class LiveCall:
    """One socket of one call, from `start` to its end. `number` counts the call's sockets from 1. `may_type`: words may
    come as text, which no telephone does."""

    def __init__(
        self,
        socket: Socket,
        stream_sid: str,
        call_id: int,
        number: int,
        app: Flask,
        parts: Parts,
        pool: Executor,
        measured: Callable[[TurnTimes], None] = log_times,
        clock: Callable[[], float] = time.monotonic,
        may_type: bool = False,
    ) -> None:
        self.call_id = call_id
        self._socket = socket
        self._stream_sid = stream_sid
        self._number = number
        self._app = app
        self._parts = parts
        self._times = parts.settings.turn_taking
        self._measured = measured
        self._may_type = may_type
        self._clock = clock
        self._answering = Answering(call_id, app, parts, pool, clock)
        self._echo = Echo()
        self._player = Player(self._send, self._echo.played)
        self._detector = SpeechDetector()
        self._open: Listening | None = None  # while an answer is waited for
        self._deafness = Deafness(self._times.deaf)
        self._cut_off = CutOff()
        self._pause = 0.0  # the caller's usual one within a sentence, in seconds; 0.0: not known
        self._recording = bytearray()
        self._arrived = b""  # sound that waits for more, until there are AT_ONCE seconds of it
        self._first_sound: Clause | None = None  # of an answer, until it has been sent
        self._troubles = 0
        self._over = False
        self._why = ""  # the outcome of the call, where we end it for a reason of our own
        self._sound_seconds = 0.0
        self._started_at = self._last_message_at = clock()

    @property
    def hearing(self) -> bool:
        """Whether the other side is still sending."""
        return not self._over and self._clock() - self._last_message_at < HEARING

    @property
    def behind(self) -> float:
        """Seconds by which the sound that we have worked through lags behind the time since the line opened. Sound that
        never came counts as lag too."""
        return max(0.0, self._clock() - self._started_at - self._sound_seconds)

    @property
    def over(self) -> bool:
        """Whether no more sound is listened to: what is left is to keep what was said."""
        return self._over

    def let_go(self) -> None:
        """Another socket has taken this call over, or the process stops."""
        self._over = True

    def run(self) -> None:
        """Carry the call until it ends. Whatever happens, its rows know afterwards."""
        try:
            self._begin(self._answering.begin)
            while not self._over:
                message = self._socket.receive(timeout=TICK)
                now = self._clock()
                if message is not None:
                    self._last_message_at = now
                    self._take(message, now)
                elif self._arrived:
                    self._media(now)
                self._collect()
                self._tick(now)
        except (ConnectionClosed, OSError):
            log.info("call %s: the socket has closed", self.call_id)
        except Exception:
            log.exception("call %s: its line failed", self.call_id)
        finally:
            self._hung_up()

    # -- from the line

    def _take(self, message: str | bytes, now: float) -> None:
        """One message. What is malformed or unknown is passed over: a call never falls over it."""
        unread = len(getattr(self._socket, "input_buffer", ()))
        if unread > MOST_UNREAD:
            self._too_fast()
            return
        try:
            event, content = read_message(message)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            log.debug("call %s: a message that means nothing", self.call_id)
            return
        if event == "media":
            self._arrived += content
        if self._arrived and (event != "media" or len(self._arrived) >= AT_ONCE * RATE):
            self._media(now)
        if event == "dtmf":
            self._key(content, now)
        elif event == "mark":
            self._player.marked(content)
        elif event == "text" and self._may_type:
            self._typed(content, now)
        elif event == "stop":
            self._over = True

    def _media(self, now: float) -> None:
        """The sound that has arrived, some frames together; what comes alone waits no longer than a tick."""
        sound, self._arrived = self._arrived, b""
        self._sound_seconds += len(sound) / RATE
        if self._sound_seconds - (now - self._started_at) > MOST_AHEAD:
            self._too_fast()
        else:
            self._hear(sound, now)

    def _too_fast(self) -> None:
        log.warning("call %s: the line sends faster than time passes", self.call_id)
        self._over = True
        self._socket.close(POLICY_VIOLATION, "too fast")

    def _hear(self, sound: bytes, now: float) -> None:
        pcm, seconds = mulaw_to_pcm(sound), len(sound) / RATE
        speaking = self._detector.feed(pcm)
        if self._echo.hears(pcm, now, speaking):
            pcm, speaking = bytes(len(pcm)), False  # our own voice is no answer to our question
        if pause := self._cut_off.hear(seconds, speaking, self._player.finished(now)):
            self._learn((pause,))
        listening = self._open
        if listening is None:
            return
        listening.ear.feed(pcm, speaking, self._detector.audible)
        self._record(sound, now)
        self._listen_for_words(listening, seconds, speaking, now)
        self._judge(listening.turn.audio(seconds, speaking, listening.words, now), now)

    def _learn(self, pauses: Iterable[float]) -> None:
        self._pause = learned(self._pause, pauses, self._times.end_most)

    def _listen_for_words(self, listening: Listening, seconds: float, speaking: bool, now: float) -> None:
        """Notice a line that brings sound and no words. A message is listened to by a person, who hears for themselves."""
        if listening.ear.partial or listening.asked.reply.expecting.record:
            self._deafness.words_came()
        elif self._player.finished(now):
            self._deafness.hear(seconds, speaking)
            if self._deafness.deaf and not listening.looking:
                self._look(listening, now)

    def _record(self, sound: bytes, now: float) -> None:
        """Keep the caller's message; our own question does not belong to it."""
        most = (self._times.longest_message + RECORDING_MARGIN) * RATE
        wanted = self._open is not None and self._open.asked.reply.expecting.record
        if wanted and self._player.finished(now) and len(self._recording) < most:
            self._recording += sound

    def _key(self, digit: str, now: float) -> None:
        """A key while nothing is asked is not kept: it would answer a question that was not heard yet. One that is
        pressed while the words are being looked at wins over them."""
        listening = self._open
        if listening is not None:
            if listening.looking and digit != "#":
                listening.turn.go_on("open")
            self._judge(listening.turn.key(digit, now), now)

    def _typed(self, words: str, now: float) -> None:
        """Words that somebody typed are a turn of their own, like keys: not kept while nothing is asked."""
        if self._open is not None and words:
            self._end_turn(Heard(text=words, engine="typed"), now)

    def _judge(self, verdict: Verdict | None, now: float) -> None:
        """What the turn says after a sound, a key or a while."""
        listening = self._open
        if listening is None:
            return
        if listening.turn.barged_in and not self._player.finished(now):
            self._player.interrupt()
            self._echo.stopped(now)
            listening.turn.prompt_ended(now)
        if verdict is None:
            return
        if verdict.kind == "keys":
            self._end_turn(Heard(keys=verdict.keys), now)
        elif verdict.kind == "no_input":
            # Where there were sounds without words, nobody can say that nothing was heard.
            self._end_turn(Heard(sound=listening.turn.noises > 0), now)
        elif not listening.looking:
            self._look(listening, now)

    def _look(self, listening: Listening, now: float) -> None:
        """Somebody spoke, and seems to have finished: what did they say? The ear stays open meanwhile."""
        listening.waited = listening.turn.speech_ended_for
        stream = listening.ear.take_stream()
        if stream is None:  # nothing new since the last look
            self._end_turn(listening.said, now, listening.waited)
        else:
            listening.looking = True
            self._answering.look(stream)

    def _looked(self, found: Looked, now: float) -> None:
        """The turn goes on while its words are not finished, or where the caller speaks on or has begun again meanwhile."""
        listening = self._open
        if listening is None:
            return
        turn, listening.looking = listening.turn, False
        listening.said = said = joined(listening.said, found.heard)
        if turn.typing:
            return
        if not said.text and not listening.asked.reply.expecting.record:
            self._no_words(listening, found.heard.sound, now)
            return
        self._deafness.words_came()
        finished = turn.judge(said.text)
        waits = finished == "unfinished" and turn.speech_ended_for < self._patience(listening.asked).unfinished
        if not turn.out_of_time(now) and (not turn.over or turn.speaks_again or waits):
            turn.go_on(finished)
            self._answering.listen_on()
        else:
            self._end_turn(said, now, listening.waited, found.seconds)

    def _no_words(self, listening: Listening, mumbled: bool, now: float) -> None:
        """A hum, a television, a cough: no turn. What it interrupted goes on; whoever mumbled twice is told."""
        if self._deafness.deaf:
            self._deafness.words_came()
            self._end_turn(Heard(sound=True, deaf=True), now)
        elif listening.turn.speaks_again and not listening.turn.out_of_time(now):
            listening.turn.go_on("open")
            self._answering.listen_on()
        elif self._player.interrupted:
            listening.false_alarms += 1
            listening.turn = self._new_turn(listening.asked, may_interrupt=listening.false_alarms < MOST_FALSE_ALARMS)
            self._player.resume()
            self._answering.listen_on()
        elif mumbled and listening.turn.noises:
            self._end_turn(Heard(sound=True, engine=listening.said.engine), now)
        else:
            listening.turn.nothing_said(mumbled, now)
            self._answering.listen_on()

    def _end_turn(self, heard: Heard, now: float, waited: float = 0.0, recognising: float = 0.0) -> None:
        listening = self._open
        assert listening is not None  # noqa: S101 - a turn ends only after a question
        if not heard.silent:
            self._deafness.words_came()
        if heard.text:
            self._learn(listening.turn.pauses)
            self._cut_off.turn_ended(listening.turn.speech_ended_for)
            heard = replace(heard, sound=True)
        recording = bytes(self._recording) if heard.sound else b""
        heard = replace(heard, recording=recording, unheard=self._player.unheard(now))
        if not self._player.finished(now):
            self._player.stop()
            self._echo.stopped(now)
        self._close_turn()
        self._begin(self._answering.answer, Finished(listening.asked.reply, heard, waited, recognising))

    def _close_turn(self) -> None:
        self._open = None
        self._recording.clear()

    # -- from the worker

    def _begin(self, job: Callable[..., None], *args: Any) -> None:
        self._player.begin()
        job(*args)

    def _collect(self) -> None:
        for item in self._answering.ready():
            match item:
                case Looked():
                    self._looked(item, self._clock())
                case More(stream):
                    if self._open is not None:
                        self._open.ear.stream = stream
                case Clause():
                    self._player.say(item.sound, item.words)
                    self._first_sound = item if item.times else self._first_sound
                case Listen():
                    self._listen(item)
                case Spoken():
                    self._player.complete()
                case Failed(gone):
                    self._mend(gone)

    def _listen(self, asked: Listen) -> None:
        self._close_turn()
        self._pause = self._pause or asked.reply.pause
        self._open = Listening(asked, self._new_turn(asked))

    def _new_turn(self, asked: Listen, may_interrupt: bool = True) -> TurnTaker:
        expecting = asked.reply.expecting
        language = self._parts.languages[asked.reply.language]
        judge = partial(completeness, expecting=expecting, language=language)
        return TurnTaker(expecting, self._patience(asked), asked.partials, judge, may_interrupt)

    def _patience(self, asked: Listen) -> Patience:
        return patience(asked.reply.expecting, self._times, self._pause, asked.partials)

    def _mend(self, gone: bool) -> None:
        """Never leave the caller in silence: say so and ask again; or let the verbs behind the stream do it."""
        self._troubles += 1
        self._close_turn()
        if gone or self._answering.reply is None or self._troubles > MOST_TROUBLES:
            self._over = True
        else:
            self._begin(self._answering.ask_again)

    # -- time passes

    def _tick(self, now: float) -> None:
        if now - self._last_message_at > QUIET_LINE:
            log.warning("call %s: nothing came from the line for %s s", self.call_id, QUIET_LINE)
            self._over = True
        if self._player.pump(now):
            self._spoke()
        if self._open is not None:
            self._wait(self._open.turn, now)
        elif self._leaving and self._player.finished(now):
            self._over = True

    def _wait(self, turn: TurnTaker, now: float) -> None:
        if self._player.finished(now):
            turn.prompt_ended(now)
        if now - self._started_at > self._times.longest_call:
            self._why = "too_long"
            self._close_turn()
            self._begin(self._answering.part, "too_long")
        else:
            self._judge(turn.tick(now), now)

    def _spoke(self) -> None:
        """The first sound of an answer is on its way."""
        first, self._first_sound = self._first_sound, None
        if first is not None and first.times is not None:
            self._measured(replace(first.times, speaking=self._clock() - first.acted_at))

    @property
    def _leaving(self) -> bool:
        """The last words are out of our hands: when they have been heard, the verbs behind the stream go on."""
        reply = self._answering.reply
        return self._answering.idle and reply is not None and reply.then in ("hang_up", "person", "card")

    # -- the end

    def _hung_up(self) -> None:
        """The turn under way is finished first: what the caller has said yes to is done."""
        self._over = True
        try:
            self._last_words()
            self._answering.finish(LAST_TURN)
        except TimeoutError:
            log.error("call %s: its last turn takes longer than %s s", self.call_id, LAST_TURN)
        except Exception:
            log.exception("call %s: its last turn failed", self.call_id)
        with self._app.app_context():
            self._parts.conversation.hung_up(self.call_id, self._number, self._why, self._pause)

    def _last_words(self) -> None:
        """Hanging up ends what was being said as # does: a message is kept, a wish can be taken up again. A
        question's answer cut short is none."""
        if self._open is None or self._open.asked.reply.expecting.name not in ("message", "open"):
            return
        now = self._clock()
        if (verdict := self._open.turn.key("#", now)) and verdict.kind == "speech":
            self._judge(verdict, now)
            for item in self._answering.looked(LAST_TURN):
                if isinstance(item, Looked) and self._open is not None:
                    self._end_turn(joined(self._open.said, item.heard), now)

    def _send(self, message: dict[str, Any]) -> None:
        """Nothing once the call is over: whoever hung up while we spoke has no ear any more, and their last words still count."""
        if not self._over:
            self._socket.send(json.dumps({**message, "streamSid": self._stream_sid}))


def read_message(message: str | bytes) -> tuple[str, Any]:
    """The event of a message and what it brings: the caller's sound as mu-law, a key, the name of a mark, typed words.

    Raises ValueError, KeyError, TypeError, AttributeError or RecursionError for what means nothing.
    """
    data = json.loads(message)
    event = data["event"]
    if event == "media" and data["media"].get("track", "inbound") == "inbound":
        return event, base64.b64decode(data["media"]["payload"], validate=True)
    if event == "dtmf" and isinstance(data["dtmf"]["digit"], str):
        return event, data["dtmf"]["digit"]
    if event == "mark":
        return event, str(data["mark"]["name"])
    if event == "text" and isinstance(data["text"]["words"], str):
        return event, data["text"]["words"][:MOST_TYPED].strip()
    return ("stop" if event == "stop" else ""), None
