"""Korean callers for benchmarks and tests, spoken by espeak-ng when they are needed. Its voice differs a little each time,
and the recogniser adds a little noise of its own, so that near words (아니요, 아뇨) may be heard for each other.

`python -m helpline.commands.recordings.korean [times]` says every candidate so often and prints how often it was
understood. RELIABLE holds those that always were; espeak's Korean is hard for the model, so most digits are not among them.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from voice.audio import RATE, mulaw_to_pcm, pcm_to_mulaw
from voice.espeak import EspeakVoice
from voice.heard import Expecting
from voice.languages import load_language
from voice.recognisers import open_recogniser
from voice.recognisers.models import find_vosk_model
from voice.understanding import understand

CALLER = EspeakVoice("ko+f2", 1.1)  # of six voices at five speeds the one that was understood best
MARGIN = bytes(2 * RATE // 4)  # a quarter of a second of an open line before and after the words
NOW = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)

# expectation -> what is said -> what it has to mean: an intent, or the digits. None of 60 tries went wrong.
RELIABLE: dict[str, dict[str, str]] = {
    "yes_no": {"네": "yes", "예": "yes", "네 네": "yes", "네 맞습니다": "yes", "좋아요": "yes",
               "아니요": "no", "아니오": "no", "아뇨": "no"},
    "digits": {"이": "2", "삼": "3", "오": "5", "삼 삼": "33"},
    "open": {"요금 납부": "pay_bill", "병원 예약": "book_appointment", "병원": "book_appointment",
             "예약 확인": "appointment_status", "요금 확인": "bill_status", "네": "yes", "아니요": "no"},
}  # fmt: skip
UNRELIABLE: dict[str, dict[str, str]] = {
    "yes_no": {"네 좋아요": "yes", "그렇습니다": "yes", "아닙니다": "no", "됐습니다": "no"},
    "digits": {
        "공": "0", "영": "0", "일": "1", "사": "4", "육": "6", "칠": "7", "팔": "8", "구": "9",
        "오 삼": "53", "삼 오": "35", "이 삼": "23", "이 삼 오": "235",
    },
    "open": {
        "전기 요금": "pay_bill", "봉사자": "ask_volunteer", "장보기": "ask_volunteer",
        "사기 신고": "report_scam", "메시지": "leave_message", "안녕하세요": "greeting", "감사합니다": "thanks",
        "방문 변경": "change_task", "방문 확인": "task_status", "방문 취소": "cancel_task", "예약 변경": "change_appointment",
        "예약 취소": "cancel_appointment", "정보 변경": "update_details", "불만 접수": "complain",
    },
}  # fmt: skip


def spoken(words: str) -> bytes:
    """Somebody who says these Korean words, as line PCM that has been through a telephone. Raises VoiceError."""
    return mulaw_to_pcm(pcm_to_mulaw(MARGIN + b"".join(CALLER.speak(words)) + MARGIN))


def measure(times: int) -> list[tuple[str, str, int]]:
    """(expectation, words, how often they were understood) of every candidate. Raises RecogniserError, VoiceError."""
    language = load_language("ko")
    recogniser = open_recogniser(language, "vosk", find_vosk_model("ko", "", Path()), 1)

    def right(name: str, words: str, wanted: str) -> bool:
        expecting = Expecting(name)
        stream = recogniser.stream(expecting)
        stream.feed(spoken(words))
        meaning = understand(stream.finish().text, language, expecting, NOW)
        return wanted in (meaning.intent, meaning.slots.get("digits"))

    return [
        (name, words, sum(right(name, words, wanted) for _ in range(times)))
        for name in RELIABLE
        for words, wanted in {**RELIABLE[name], **UNRELIABLE[name]}.items()
    ]


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, words, right in measure(times):
        print(f"{name:7} {right:3} of {times}  {words}{'' if words in RELIABLE[name] else '  (not counted on)'}")


if __name__ == "__main__":
    main()
