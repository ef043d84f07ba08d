"""Grades many submissions: in several processes, in any order, with the same result each time.

Every submission is replayed in a process of the pool, with limits on events, steps and (where the
system has them) memory. One that brings its process down takes no other with it: the rest is
graded anew, and the culprit alone is reported as refused.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec

from hvlab import garbage
from hvlab.course import grading, library, limits
from hvlab.course.model import Lesson

KINDS = (".ps1", ".jsonl")
"""What counts as a submission in a folder."""
MEMORY = 2 << 30
"""Bytes of address space that a worker may take; a large lab takes some 300 MB."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a submission: a report, or one sentence why there is none."""

    file: str
    sha256: str
    report: grading.Report | None = None
    refusal: str = ""


def gather(names: Iterable[str]) -> list[Path]:
    """The submissions that are meant: files as they are named, of folders all that look like one, in order."""
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix.lower() in KINDS and p.is_file())
            found += sorted(p for p in inside if not p.is_symlink())
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes; empty if it cannot be read or is too large to be a submission."""
    try:
        if path.stat().st_size > grading.MAXIMUM_FILE:
            return ""
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def begin_worker() -> None:
    """A process of a pool begins: what it may take, and that nobody looks at it while it works."""
    limits.restrict(MEMORY)
    garbage.begin()


def grade_one(folder: str, file: str, language: str) -> bytes:
    """Grade one file; in a process of its own or here. Returns the Outcome as JSON: plain bytes travel safely."""
    path = Path(file)
    try:
        data = grading.read_submission(path)
    except grading.BadSubmission as error:
        return msgspec.json.encode(Outcome(file, digest_of(path), refusal=str(error)))
    return grade_data(lesson_in(folder), file, data, language)


def grade_data(lesson: Lesson, file: str, data: bytes, language: str) -> bytes:
    """Grade what a file holds; returns the Outcome as JSON."""
    digest = hashlib.sha256(data).hexdigest()
    for _ in range(2):
        try:
            report = grading.grade_bytes(lesson, file, data, language)
            return msgspec.json.encode(Outcome(file, digest, report))
        except grading.BadSubmission as error:
            return msgspec.json.encode(Outcome(file, digest, refusal=str(error)))
        except (MemoryError, RecursionError):
            grading.close_labs()  # what was kept of others' work shall not count against it: once more, alone
    return msgspec.json.encode(Outcome(file, digest, refusal=f"{file}: takes more memory than a grade may"))


@functools.cache
def lesson_in(folder: str) -> Lesson:
    """The lesson of a folder, read once a process. BadLesson."""
    return library.find(folder)


def grade_many(
    lesson: Lesson,
    files: Sequence[Path],
    language: str,
    jobs: int,
    known: dict[str, Outcome] | None = None,
    on_done: Callable[[Outcome], object] = lambda outcome: None,
    scheduler: str | None = None,
) -> Iterator[Outcome]:
    """An outcome for each file, in the files' order; graded on the Dask cluster of `scheduler` if one is named.

    `known` are outcomes of an earlier run, by `key`: what is there already is not graded again.
    `on_done` hears of each new outcome as soon as there is one, in no particular order.
    """
    known = known or {}
    keys = {path: key(lesson, str(path), digest_of(path)) for path in files}
    waiting = [path for path in files if keys[path] not in known]
    fresh: dict[Path, Outcome] = {}

    def done(path: Path, outcome: Outcome) -> None:
        fresh[path] = outcome
        on_done(outcome)

    if scheduler is not None:
        from hvlab.course import cluster

        cluster.grade(scheduler, lesson, waiting, language, done)
    elif jobs == 1 or len(waiting) <= 1:
        for path in waiting:
            done(path, decoded(grade_one(str(lesson.folder), str(path), language)))
    else:
        _in_processes(lesson, waiting, language, jobs, done)
    for path in files:
        yield fresh[path] if path in fresh else known[keys[path]]


def key(lesson: Lesson, file: str, digest: str) -> str:
    """What an outcome depends on: the lesson's edition, the file's name and its bytes."""
    return f"{lesson.id}/{lesson.digest}/{digest}/{file}"


def decoded(data: bytes) -> Outcome:
    """An outcome as a worker sends it."""
    return msgspec.json.decode(data, type=Outcome)


def _in_processes(
    lesson: Lesson, files: Sequence[Path], language: str, jobs: int, done: Callable[[Path, Outcome], None]
) -> None:
    left = _round(lesson, files, language, jobs, done)
    # A worker died: whoever was under way is suspect, and is tried once more, alone in its process.
    for path in left:
        if _round(lesson, [path], language, 1, done):
            done(path, fatal(path))


def fatal(path: Path) -> Outcome:
    """The outcome of a submission that ended each process which graded it."""
    return Outcome(str(path), digest_of(path), refusal=f"{path}: brought the grader's process down")


def _round(
    lesson: Lesson, files: Sequence[Path], language: str, jobs: int, done: Callable[[Path, Outcome], None]
) -> list[Path]:
    """Grade files in a pool; returns those that are left when a worker died."""
    left = dict.fromkeys(files)
    with ProcessPoolExecutor(jobs, initializer=begin_worker) as pool:
        waiting: dict[Future[bytes], Path] = {
            pool.submit(grade_one, str(lesson.folder), str(path), language): path for path in files
        }
        for future, path in waiting.items():
            try:
                data = future.result()
            except BrokenProcessPool:
                continue
            del left[path]
            done(path, decoded(data))
    return list(left)
