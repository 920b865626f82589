"""espeak-ng for languages without a natural voice: clear, robotic, and in every language. GPL-3.0, so it is optional.

The library keeps one voice for the whole process, so every clause sets what it needs under one lock.
"""

from __future__ import annotations

import ctypes
import importlib
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from voice.audio import RATE, Samples, resample
from voice.synthesis import VoiceError, pieces

SYNCHRONOUS, BY_CHARACTER, UTF8, WORDS_A_MINUTE = 2, 1, 1, 1  # numbers of speak_lib.h
NATURAL = 125  # words a minute at speed 1.0
Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_lock = threading.Lock()


@cache
def _library() -> tuple[Any, int]:
    """The loaded library and its sample rate. Raises VoiceError."""
    loader = importlib.import_module("espeakng_loader")
    try:
        library = ctypes.CDLL(loader.get_library_path())
        rate = library.espeak_Initialize(SYNCHRONOUS, 0, loader.get_data_path().encode(), 0)
    except (OSError, RuntimeError) as error:
        raise VoiceError(f"espeak-ng could not be loaded: {error}") from error
    if rate <= 0:
        raise VoiceError("espeak-ng could not be started")
    return library, rate


class EspeakVoice:
    """One voice of espeak-ng by its name, such as `ko+f2`."""

    def __init__(self, name: str, base_pace: float) -> None:
        self._name = name
        self._base_pace = base_pace

    def speak(self, text: str, pace: float = 1.0, gain: float = 0.0) -> Iterator[bytes]:
        return pieces(text, self._base_pace, pace, gain, self._samples)

    def _samples(self, clause: str, speed: float) -> Samples:
        parts: list[Samples] = []

        def take(samples: Any, count: int, _events: Any) -> int:
            if samples and count:
                parts.append(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32768))
            return 0

        callback, spoken = Callback(take), clause.encode()
        with _lock:
            library, rate = _library()
            library.espeak_SetSynthCallback(callback)
            if library.espeak_SetVoiceByName(self._name.encode()):
                raise VoiceError(f"espeak-ng has no voice {self._name!r}")
            library.espeak_SetParameter(WORDS_A_MINUTE, int(NATURAL * speed), 0)
            library.espeak_Synth(spoken, len(spoken) + 1, 0, BY_CHARACTER, 0, UTF8, None, None)
            library.espeak_Synchronize()
        return resample(np.concatenate(parts), rate, RATE) if parts else np.zeros(0, np.float32)
