"""Grades submissions on a Dask cluster: the same work as on one machine, handed to workers elsewhere.

A worker needs hvlab, not the files: it gets a submission's bytes and finds the lesson in its own course,
or, for a lesson that is none of the course, in the same folder as here. It grades only the same edition.
The extra `cluster` brings Dask's scheduler; this module alone imports it.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from hvlab.course import batch, grading, library
from hvlab.course.batch import Outcome
from hvlab.course.model import BadLesson, Lesson

PATIENCE = 20
"""Seconds in which a scheduler must answer."""


class NoCluster(Exception):
    """There is no cluster to grade on: one sentence with what would be right."""


def grade(
    address: str,
    lesson: Lesson,
    files: Sequence[Path],
    language: str,
    done: Callable[[Path, Outcome], None],
) -> None:
    """Grade each file once; `done` hears of each outcome as it comes, in no particular order. NoCluster.

    A worker that dies is replaced by the others: what it had under way is graded anew. A submission that
    ends several workers one after the other is refused.
    """
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise NoCluster("--scheduler needs the extra cluster: pip install 'hvlab[cluster]'") from None
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise NoCluster(
            f"{address}: no scheduler of Dask answers there ({type(error).__name__}); "
            "`dask scheduler` prints its address, tcp://HOST:8786 as a rule"
        ) from None
    with client:
        if not client.scheduler_info().get("workers"):
            raise NoCluster(f"{address}: the scheduler has no workers; `dask worker {address}` starts one")
        waiting = {}
        for path in files:
            try:
                data = grading.read_submission(path)
            except grading.BadSubmission as error:
                done(path, Outcome(str(path), batch.digest_of(path), refusal=str(error)))
                continue
            future = client.submit(
                grade_there,
                lesson.id,
                str(lesson.folder),
                lesson.digest,
                str(path),
                data,
                language,
                pure=False,
            )
            waiting[future] = path
        for future in as_completed(list(waiting)):
            path = waiting.pop(future)
            failure = future.exception()
            if isinstance(failure, KilledWorker):
                done(path, batch.fatal(path))
            elif failure is not None:
                raise NoCluster(f"{address}: a worker cannot grade ({type(failure).__name__}: {failure})")
            else:
                done(path, batch.decoded(future.result()))
            future.release()


_one_at_a_time = threading.Lock()
"""A worker may have several threads; a grade needs the process for itself."""


def grade_there(name: str, folder: str, edition: str, file: str, data: bytes, language: str) -> bytes:
    """Grade a submission in a worker's process; returns the Outcome as JSON."""
    with _one_at_a_time:
        lesson = _lesson(name, folder, edition)
        if lesson is None:
            refusal = f"{file}: the worker has no lesson {name!r} of this edition; give it the same hvlab"
            return msgspec.json.encode(Outcome(file, "", refusal=refusal))
        return batch.grade_data(lesson, file, data, language)


@functools.lru_cache(8)
def _lesson(name: str, folder: str, edition: str) -> Lesson | None:
    """The lesson in the worker's own course or in the folder; None where neither is of the edition."""
    for find, where in ((library.find, name), (batch.lesson_in, folder)):
        try:
            lesson = find(where)
        except BadLesson:
            continue
        if lesson.digest == edition:
            return lesson
    return None
