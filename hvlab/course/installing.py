"""Installs a pack of lessons from a folder or an archive: all of it, checked, or nothing.

Nothing is unpacked: the few files that a pack consists of are read one by one, within limits, and written under
names that were checked. What else an archive holds is not touched, and one that tries tricks is refused whole.
"""

from __future__ import annotations

import difflib
import gzip
import io
import re
import stat
import tarfile
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from hvlab import paths
from hvlab.course import library, packs, quizzes
from hvlab.course.loading import load
from hvlab.course.model import BadLesson
from hvlab.course.pages import unwritten

ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
MOST_ARCHIVE = 8 << 20
"""Bytes of an archive as it lies there."""
MOST_WHOLE = 32 << 20
"""Bytes of all that it holds."""
MOST_FILE = 1 << 20
"""Bytes of one file of a lesson."""
MOST_FILES = 2000
_OWN = re.compile(r"lesson\.toml|[\w-]+(\.[\w-]+)*\.(md|ps1)", re.ASCII | re.IGNORECASE)
_PACKS_OWN = re.compile(r"chapter\.toml|(readme|licen[cs]e|copying)(\.\w+)?", re.ASCII | re.IGNORECASE)
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PASSED_OVER = re.compile(r"\..*|__.*__", re.DOTALL)
"""What an operating system or a tool leaves in a folder: never a part of a pack."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it, or turns a line's order round."""


@dataclass(frozen=True)
class Installed:
    """What was installed: the pack's name and place, its lessons' ids, and what of the source was left out."""

    name: str
    folder: Path
    lessons: list[str]
    left_out: list[str]


@dataclass
class _Source:
    """What a folder or an archive holds of a pack, by place in it, and what does not belong to one."""

    files: dict[PurePosixPath, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    whence: list[tuple[str, str]] = field(default_factory=list)
    """Which folder of the pack comes from which of the source, for what is said of its files."""


def install(path: Path, name: str = "") -> Installed:
    """Copy the pack at `path` into the learner's data folder. BadLesson, OSError; then nothing was installed."""
    if path.is_file() and not path.name.lower().endswith(ARCHIVES):
        raise BadLesson(f"{path}: a pack is a folder of lessons or an archive of one ({', '.join(ARCHIVES)})")
    called = name or _called(path)
    if not packs.NAME.fullmatch(called):
        raise BadLesson(
            f"{path}: the pack would be called {called!r}; a name is small letters, digits and dashes, "
            "as in my-lessons: say --name my-lessons"
        )
    if called in packs.names():
        raise BadLesson(
            f"a pack {called!r} is installed already: hvlab lesson remove {called} takes it away, "
            "--name installs this one beside it"
        )
    source = _shaped(path, _read(path), called)
    with tempfile.TemporaryDirectory(
        prefix="pack-", dir=paths.user_data(), ignore_cleanup_errors=True
    ) as aside:
        staged = Path(aside) / called
        try:
            for place, data in source.files.items():
                target = staged.joinpath(*place.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            ids = _checked(path, staged)
        except BadLesson as error:
            said = str(error)
            for inner, outer in source.whence:
                said = said.replace(str(staged / inner), outer)
            raise BadLesson(said) from None
        target = paths.packs() / called
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(target)
    return Installed(called, target, ids, source.left_out)


def _called(path: Path) -> str:
    name = path.resolve().name
    if path.is_dir():
        return name
    ending = next((ending for ending in ARCHIVES if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]


def _read(path: Path) -> _Source:
    """All that belongs to a pack, wherever in the source it lies."""
    source = _Source()
    size = 0
    for count, (place, data) in enumerate(_members(path), 1):
        size += len(data or b"")
        if count > MOST_FILES or size > MOST_WHOLE:
            raise BadLesson(f"{path}: holds more than {MOST_FILES} files or {MOST_WHOLE >> 20} MB of text")
        if data is None:
            source.left_out.append(str(place))
            continue
        if place in source.files:
            raise BadLesson(f"{path}: holds {place} twice")
        if len(data) > MOST_FILE:
            raise BadLesson(f"{path}: {place} is larger than {MOST_FILE >> 20} MB; a lesson is text")
        source.files[place] = data
    return source


_Member = tuple[PurePosixPath, bytes | None]
"""A file's place in the source and what it holds; nothing of one that can be no part of a pack."""


def _members(path: Path) -> Iterator[_Member]:
    if path.is_dir():
        yield from _of_folder(path, path)
        return
    if not path.name.lower().endswith(ARCHIVES):
        raise BadLesson(f"{path}: a pack is a folder of lessons or an archive ({', '.join(ARCHIVES)})")
    with path.open("rb") as file:
        data = file.read(MOST_ARCHIVE + 1)
    if len(data) > MOST_ARCHIVE:
        raise BadLesson(f"{path}: is larger than {MOST_ARCHIVE >> 20} MB; lessons are text")
    try:
        yield from _of_zip(path, data) if path.name.lower().endswith(".zip") else _of_tar(path, data)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise BadLesson(f"{path}: cannot be read as an archive ({error})") from None
    except (NotImplementedError, RuntimeError, UnicodeError, ValueError):
        raise BadLesson(
            f"{path}: is packed in a way that hvlab does not read; pack it without a password"
        ) from None


def _of_folder(path: Path, folder: Path, depth: int = 0) -> Iterator[_Member]:
    for entry in sorted(folder.iterdir()):
        if _PASSED_OVER.fullmatch(entry.name):
            continue
        place = PurePosixPath(*entry.relative_to(path).parts)
        # A junction of Windows is no link to Python 3.11, but leads away as one does.
        if entry.is_symlink() or (entry.is_dir() and entry.resolve() != folder.resolve() / entry.name):
            raise BadLesson(f"{path}: {place} is a link; a pack holds files only: put the file itself there")
        if entry.is_dir():
            if depth < 2:
                yield from _of_folder(path, entry, depth + 1)
        elif entry.is_file():
            if not _is_wanted(place):
                yield place, None
                continue
            with entry.open("rb") as file:
                yield place, file.read(MOST_FILE + 1)


def _of_zip(path: Path, data: bytes) -> Iterator[_Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            place = _place(path, member.orig_filename)
            mode = member.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise BadLesson(f"{path}: {place} is a link or a device; a pack holds files only")
            if member.is_dir() or _is_passed_over(place):
                continue
            if not _is_wanted(place):
                yield place, None
                continue
            with archive.open(member) as file:
                yield place, file.read(MOST_FILE + 1)


def _of_tar(path: Path, data: bytes) -> Iterator[_Member]:
    if not path.name.lower().endswith(".tar"):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            data = packed.read(MOST_WHOLE + 1)
        if len(data) > MOST_WHOLE:
            raise BadLesson(f"{path}: holds more than {MOST_WHOLE >> 20} MB; lessons are text")
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            place = _place(path, member.name)
            if not (member.isreg() or member.isdir()):
                raise BadLesson(f"{path}: {place} is a link or a device; a pack holds files only")
            file = archive.extractfile(member)
            if file is not None and not _is_passed_over(place):
                yield place, file.read(MOST_FILE + 1) if _is_wanted(place) else None


def _place(path: Path, name: str) -> PurePosixPath:
    """Where a member of an archive lies, if that is within the archive. BadLesson."""
    parts = [part for part in name.split("/") if part != "."]
    inner = parts[:-1] if parts and not parts[-1] else parts  # a folder's name ends in a slash
    odd = "" in inner or ".." in inner or any(mark in name for mark in "\\:") or _CONTROL.search(name)
    if odd:
        raise BadLesson(
            f"{path}: it names the file {name!a}, which would lie outside the pack; "
            "a file's place is a folder and a name, as in lesson-one/lesson.toml"
        )
    return PurePosixPath(*inner)


def _is_passed_over(place: PurePosixPath) -> bool:
    return any(_PASSED_OVER.fullmatch(part) for part in place.parts)


def _is_wanted(place: PurePosixPath) -> bool:
    return bool(_OWN.fullmatch(place.name) or _PACKS_OWN.fullmatch(place.name)) or place.name == quizzes.NAME


def _shaped(path: Path, found: _Source, called: str) -> _Source:
    """The files as they are to lie in the pack's folder: LESSON/lesson.toml and what belongs to it. BadLesson.

    A source may be the pack, hold one folder that is the pack, or be a single lesson.
    """
    lessons = [place.parent for place in found.files if place.name == "lesson.toml"]
    depth = min((len(lesson.parts) for lesson in lessons), default=-1)
    if depth < 0 or depth > 2:
        raise BadLesson(
            f"{path}: there is no lesson in it; a pack is a folder of lessons, each a folder with a lesson.toml"
        )
    # The pack's own folder: above its lessons, which lie in folders of their own, or around the single one.
    single = depth == 0
    top = (
        PurePosixPath() if single else min(lesson for lesson in lessons if len(lesson.parts) == depth).parent
    )
    astray = [lesson for lesson in lessons if lesson.parent != top or len(lesson.parts) != depth]
    if astray:
        raise BadLesson(
            f"{path}: the lesson in {astray[0]} does not lie beside the others ({top / '*'}); "
            "a pack is one folder of lessons: install each such folder as a pack of its own"
        )
    inside = path.joinpath(*top.parts)
    shaped = _Source(left_out=found.left_out, whence=[(called, str(path))] if single else [("", str(inside))])
    for place, data in found.files.items():
        inner = PurePosixPath(called) / place if single else _within(place, top)
        if inner is None:
            shaped.left_out.append(str(place))
        elif inner.name == quizzes.NAME:
            raise BadLesson(
                f"{path}: {place}: only a chapter of the course has questions before and after it; "
                "a pack asks them in its lessons"
            )
        elif len(inner.parts) == 1 and _PACKS_OWN.fullmatch(inner.name):
            shaped.files[inner] = data
        elif (
            len(inner.parts) == 2
            and _OWN.fullmatch(inner.name)
            and top / inner.parent in (*lessons, top / called)
        ):
            if not _FOLDER.fullmatch(inner.parts[0]):
                raise BadLesson(
                    f"{path}: a lesson's folder is called {inner.parts[0]!r}; letters, digits, - and _ are right"
                )
            shaped.files[inner] = data
        else:
            shaped.left_out.append(str(place))
    folded = [str(place).casefold() for place in shaped.files]
    doubled = sorted({name for name in folded if folded.count(name) > 1})
    if doubled:
        raise BadLesson(f"{path}: holds {doubled[0]} twice, which Windows does not tell apart")
    return shaped


def _within(place: PurePosixPath, top: PurePosixPath) -> PurePosixPath | None:
    return place.relative_to(top) if place.is_relative_to(top) else None


def _checked(path: Path, staged: Path) -> list[str]:
    """The ids of a pack's lessons, if every one of them is a lesson that fits beside what there is. BadLesson."""
    course = library.ids()
    ids: dict[str, Path] = {}
    for file in sorted(staged.glob("*/*.*")) + sorted(staged.glob("*.toml")):
        _without_control(file)
    wanted: list[tuple[Path, str]] = []
    for file in sorted(staged.glob("*/lesson.toml")):
        lesson = load(file.parent)
        if not packs.NAME.fullmatch(lesson.id):
            raise BadLesson(
                f"{file}: id = {lesson.id!r}: an id is small letters, digits and dashes, as in my-first-lesson"
            )
        if missing := unwritten(lesson):
            raise BadLesson(f"{file.parent}: {missing[0]}; hvlab lesson lint names all such places")
        if lesson.id in ids:
            raise BadLesson(f"{file}: the id {lesson.id!r} belongs to {ids[lesson.id]} already")
        if lesson.id in course or quizzes.place_of(lesson.id) is not None:
            place = library.place_of(lesson.id)
            raise BadLesson(
                f"{file}: id = {lesson.id!r} belongs to {place} already; give the lesson another id, "
                f"such as {staged.name}-{lesson.id}"
            )
        ids[lesson.id] = file.parent
        wanted += [(file, name) for name in lesson.plan.prerequisites]
    for file, name in wanted:
        if name not in ids and name not in course:
            near = difflib.get_close_matches(name, [*ids, *course], 1)
            hint = (
                f"; did you mean {near[0]!r}?" if near else "; it names lessons of this pack or of the course"
            )
            raise BadLesson(f"{file}: prerequisites name the lesson {name!r}, which there is not{hint}")
    return list(ids)


def _without_control(file: Path) -> None:
    """What a terminal would obey instead of showing it has no place in a text. BadLesson."""
    try:
        text = file.read_bytes().decode("utf-8")
        said = list(_strings(tomllib.loads(text))) if file.suffix == ".toml" else [text]
    except tomllib.TOMLDecodeError as error:
        raise BadLesson(f"{file}: {error}") from None
    except UnicodeDecodeError:
        raise BadLesson(f"{file}: is no text in UTF-8; save it as UTF-8") from None
    except RecursionError:
        raise BadLesson(f"{file}: is nested too deeply; no lesson has such a shape") from None
    for number, line in ((n, line) for one in said for n, line in enumerate(one.split("\n"), 1)):
        if (found := _CONTROL.search(line)) is not None:
            raise BadLesson(
                f"{file}: {'line ' + str(number) + ': ' if file.suffix != '.toml' else ''}"
                f"the control character {found[0]!a} is not for a text; take it out"
            )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
