"""Packs of lessons: installed whole or not at all, found like the course's own, taken away again."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hvlab import paths
from hvlab.cli import cli
from hvlab.course import authoring, library
from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress

LESSON = {path.name: path.read_bytes() for path in (paths.assets() / "authoring" / "lesson").iterdir()}


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's own folder."""
    monkeypatch.setattr(paths, "_users_own", lambda: tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """A pack of two lessons as an instructor would write it."""
    for name in ("acme-one", "acme-two"):
        authoring.begin(tmp_path / "acme" / name)
    return tmp_path / "acme"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def refused(own: Path, *arguments: str | Path) -> str:
    """One sentence, exit status 2, and nothing half-installed."""
    before = sorted(str(path) for path in own.rglob("*"))
    result = run("lesson", "install", *arguments)
    assert result.exit_code == 2, result.output
    assert result.output.startswith("hvlab: ") and len(result.output.splitlines()) == 1
    assert [path for path in sorted(str(path) for path in own.rglob("*")) if path not in before] in (
        [],
        [str(own / "packs")],
    )
    return result.output


def zipped(folder: Path, target: Path) -> Path:
    return Path(shutil.make_archive(str(target), "zip", folder.parent, folder.name))


def tarred(folder: Path, target: Path) -> Path:
    return Path(shutil.make_archive(str(target), "gztar", folder.parent, folder.name))


@pytest.mark.parametrize("packed", [lambda folder, target: folder, zipped, tarred])
def test_a_pack_is_installed_listed_taken_and_removed(
    acme: Path, tmp_path: Path, packed: Callable[[Path, Path], Path]
) -> None:
    (acme / "slides.pptx").write_bytes(b"x" * (2 << 20))
    (acme / "README.md").write_text("Ours.\n", encoding="utf-8")
    result = run("lesson", "install", packed(acme, tmp_path / "acme"), "--lang", "en")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["acme-one", "acme-two"]
    assert "The pack acme is installed" in result.stderr and "slides.pptx" in result.stderr
    installed = paths.packs() / "acme"
    assert (installed / "README.md").is_file() and not (installed / "slides.pptx").exists()
    shutil.rmtree(acme)  # it is a copy

    listed = run("lesson", "packs").stdout
    assert str(installed) in listed and "acme-one" in listed and "acme-two" in listed
    course = run("course", "--lang", "de").stdout.splitlines()
    assert "Paket acme" in course and sum("acme-" in line for line in course) == 2
    stretch = CourseMap(Progress(tmp_path), "en").stretches()[-1]
    assert (stretch.title, [place.lesson for place in stretch.places]) == ("acme", ["acme-one", "acme-two"])

    graded = run("grade", "acme-two", installed / "acme-two" / "solution.ps1", "--lang", "en")
    assert graded.exit_code == 0 and "5 of 5 points" in graded.output

    removed = run("lesson", "remove", "acme")
    assert removed.exit_code == 0 and not installed.exists() and list(installed.parent.iterdir()) == []
    assert sorted(path.name for path in paths.user_data().iterdir()) == ["packs"]
    assert not library.is_known("acme-one") and "acme" not in run("course").stdout
    assert run("learn", "acme-one", "--plain").exit_code == 2


def test_a_single_lesson_is_a_pack(acme: Path) -> None:
    assert run("lesson", "install", acme / "acme-one").stdout == "acme-one\n"
    assert library.find("acme-one").folder == paths.packs() / "acme-one" / "acme-one"


def test_with_a_chapter_its_title_stands_on_the_map(acme: Path, tmp_path: Path) -> None:
    (acme / "chapter.toml").write_text(
        '[title]\nen = "Acme"\nde = "Akme"\n[morning]\nen = "m"\nde = "m"\n', encoding="utf-8"
    )
    assert run("lesson", "install", acme).exit_code == 0
    assert CourseMap(Progress(tmp_path), "de").stretches()[-1].title == "Akme"


def test_the_way_goes_on_within_the_pack(acme: Path, tmp_path: Path) -> None:
    run("lesson", "install", acme)
    assert CourseMap(Progress(tmp_path), "en").following() == library.first().id, "the course comes first"
    assert CourseMap(Progress(tmp_path), "en", "acme-one").following() == "acme-two"


def test_ids_that_clash_are_refused_with_where_they_are(acme: Path, tmp_path: Path, own: Path) -> None:
    assert run("lesson", "install", acme).exit_code == 0
    assert "is installed already" in refused(own, acme)
    said = refused(own, acme, "--name", "other")
    assert str(acme / "acme-one" / "lesson.toml") in said and str(own / "packs" / "acme" / "acme-one") in said
    assert "such as other-acme-one" in said
    file = acme / "acme-one" / "lesson.toml"
    for taken in (library.first().id, "placement", "opening-disks"):
        file.write_text(LESSON["lesson.toml"].decode().replace("new-lesson", taken), encoding="utf-8")
        assert f"id = {taken!r} belongs to" in refused(own, acme, "--name", "other")
    file.write_text(LESSON["lesson.toml"].decode().replace("new-lesson", "acme-two"), encoding="utf-8")
    run("lesson", "remove", "acme")
    assert "the id 'acme-two' belongs to" in refused(own, acme)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("minutes", "minuets", "did you mean `minutes`?"),
        ("new-lesson", "../out", "an id is small letters"),
        ("minutes = 5", 'minutes = 5\nprerequisites = ["vlan"]', "did you mean 'vlans'?"),
        ("A machine that runs", "A \\u001b]0;x\\u0007", r"control character '\x1b'"),
        ('id = "new-lesson"', "id = " + "[" * 5000, "nested too deeply"),
    ],
)
def test_one_wrong_lesson_keeps_all_out(acme: Path, own: Path, before: str, after: str, told: str) -> None:
    text = LESSON["lesson.toml"].decode()
    assert before in text
    (acme / "acme-two" / "lesson.toml").write_text(text.replace(before, after), encoding="utf-8")
    said = refused(own, acme)
    assert told in said and str(acme / "acme-two" / "lesson.toml") in said


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_in_a_folder_is_refused(acme: Path, own: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    (acme / "acme-one" / "notes.en.md").symlink_to(tmp_path / "secret")
    assert "acme-one/notes.en.md is a link" in refused(own, acme)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.md",
        "/evil.md",
        "one/../../evil.md",
        "..\\evil.md",
        "c:evil.md",
        "one//evil.md",
        "e\x1b.md",
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_tricks_with_paths_are_refused(tmp_path: Path, own: Path, name: str, kind: str) -> None:
    target = tmp_path / f"pack.{kind}"
    files = {**{f"one/{file}": data for file, data in LESSON.items()}, name: b"x"}
    if kind == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for place, data in files.items():
                archive.writestr(place, data)
    else:
        with tarfile.open(target, "w") as tar:
            for place, data in files.items():
                member = tarfile.TarInfo(place)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    assert "would lie outside the pack" in refused(own, target)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_an_archive_are_refused(tmp_path: Path, own: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "pack.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("one/en.md")
        member.type, member.linkname = kind, "/etc/passwd"
        tar.addfile(member)
    assert "is a link or a device" in refused(own, tmp_path / "pack.tar.gz")
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        info = zipfile.ZipInfo("one/en.md")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "is a link or a device" in refused(own, tmp_path / "pack.zip")


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, own: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one/en.md", b"x" * (3 << 20))
    assert "larger than 1 MB" in refused(own, tmp_path / "pack.zip")
    with tarfile.open(tmp_path / "pack.tgz", "w:gz") as tar:
        member = tarfile.TarInfo("one/slides.pptx")
        member.size = 40 << 20
        tar.addfile(member, io.BytesIO(bytes(member.size)))
    assert "holds more than 32 MB" in refused(own, tmp_path / "pack.tgz")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(2001):
            archive.writestr(f"one/{number}.md", b"")
    assert "more than 2000 files" in refused(own, tmp_path / "many.zip")


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
def test_what_is_no_archive_is_told_so(tmp_path: Path, own: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x1f\x8bno archive at all" * 40)
    assert "cannot be read as an archive" in refused(own, tmp_path / name)


def test_what_is_no_pack_is_told_so(acme: Path, tmp_path: Path, own: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "there is no lesson in it" in refused(own, tmp_path / "empty")
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert "a pack is a folder of lessons or an archive" in refused(own, tmp_path / "a.txt", "--name", "a")
    assert "a name is small letters" in refused(own, acme, "--name", "../x")
    authoring.begin(acme / "deeper" / "acme-three")
    assert "does not lie beside the others" in refused(own, acme)
    shutil.rmtree(acme / "deeper")
    (acme / "quiz.toml").write_text("", encoding="utf-8")
    assert "only a chapter of the course has questions" in refused(own, acme)


def test_a_pack_that_cannot_be_read_any_more_is_never_in_the_way(acme: Path) -> None:
    run("lesson", "install", acme)
    file = paths.packs() / "acme" / "acme-one" / "lesson.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("minutes", "minuets"), encoding="utf-8")
    course = run("course")
    assert course.exit_code == 0 and "acme-two" in course.output and "acme-one" not in course.output
    assert "cannot be used" in run("lesson", "packs", "--lang", "en").stdout
    found = run("learn", "acme-one", "--plain")
    assert found.exit_code == 2 and "did you mean `minutes`?" in found.output


def test_a_pack_to_remove_that_is_not_there_is_told_with_the_nearest(acme: Path) -> None:
    assert "there are: none yet" in run("lesson", "remove", "acme").output
    run("lesson", "install", acme)
    result = run("lesson", "remove", "acm")
    assert result.exit_code == 2 and "did you mean 'acme'?" in result.output
    assert run("lesson", "remove", "..").exit_code == 2 and library.is_known("acme-one")
