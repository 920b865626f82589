"""Korean callers as fixed takes: espeak-ng's voice differs a little each time, and a test must not.

The takes were made for this project with espeak-ng (voice ko+f2) by helpline/commands/recordings/korean.py, and are free to use: CC0.
"""

from __future__ import annotations

from pathlib import Path

from voice.audio import line_pcm

TAKES = {
    "네": "ne", "예": "ye", "네 네": "ne_ne", "네 맞습니다": "ne_majseumnida", "좋아요": "johayo", "아니요": "aniyo", "아니오": "anio",
    "아뇨": "anyo", "이": "i", "삼": "sam", "오": "o", "삼 삼": "sam_sam", "요금 납부": "yogeum_nabbu",
    "병원 예약": "byeongwon_yeyak", "병원": "byeongwon",
    "예약 확인": "yeyak_hwagin", "요금 확인": "yogeum_hwagin", "방문 변경": "bangmun_byeongyeong",
}  # fmt: skip


def spoken(words: str) -> bytes:
    """Line PCM of somebody who says these words. Raises KeyError for words of which there is no take."""
    return line_pcm(Path(__file__).parent / f"{TAKES[words]}.wav")
