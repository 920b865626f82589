"""The parts of the running helpline, put together once by `create_app` and handed on as one value."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from helpline.calls.conversation import Conversation
from helpline.providers import Provider
from helpline.settings import Settings
from voice.languages import Language
from voice.recognisers import Recogniser, choose, open_recogniser
from voice.recognisers.models import find_vosk_model
from voice.synthesis import Voice, VoiceError, open_voice


@dataclass(frozen=True)
class Parts:
    """What the routes need, as `app.extensions["helpline"]`. Models are loaded when first asked for, once a process."""

    settings: Settings
    languages: dict[str, Language]
    provider: Provider
    conversation: Conversation
    now: Callable[[], dt.datetime]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _recognisers: dict[str, Recogniser] = field(default_factory=dict)
    _voices: dict[str, Voice] = field(default_factory=dict)

    def recogniser(self, code: str) -> Recogniser:
        """The recogniser of a language. Raises RecogniserError in plain words when there is none."""
        with self._lock:
            if code not in self._recognisers:
                speech = self.settings.speech
                self._recognisers[code] = open_recogniser(
                    self.languages[code],
                    speech.engine,
                    find_vosk_model(code, speech.vosk_models.get(code, ""), self.settings.data_path),
                    speech.whisper_pool,
                )
            return self._recognisers[code]

    def voice(self, code: str) -> Voice:
        with self._lock:
            if code not in self._voices:
                self._voices[code] = open_voice(code, self.settings.speech.voice_pace)
            return self._voices[code]


def can_serve(code: str, settings: Settings) -> bool:
    """Whether a language's recogniser and voice are installed. Loads neither."""
    speech = settings.speech
    folder = find_vosk_model(code, speech.vosk_models.get(code, ""), settings.data_path)
    try:
        open_voice(code, speech.voice_pace)
    except VoiceError:
        return False
    return bool(choose(code, speech.engine, folder).engine)
