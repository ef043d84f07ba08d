"""Buckets: how often is too often, by a clock that the test moves."""

from __future__ import annotations

from hvlab.classroom.limits import Bucket, Tries
from tests.classroom.support import Clock


def test_a_bucket_runs_dry_and_fills_again_up_to_its_size() -> None:
    clock = Clock()
    bucket = Bucket(3, 0.5, clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.seconds += 2
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.seconds += 1000
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_who_fails_too_often_waits_and_others_do_not() -> None:
    clock = Clock()
    tries = Tries(2, 0.5, clock)
    for _ in range(2):
        assert not tries.used_up("a")
        tries.fail("a")
    assert tries.used_up("a") and not tries.used_up("b")
    clock.seconds += 2
    assert not tries.used_up("a")


def test_the_newest_failures_are_remembered_not_the_oldest() -> None:
    tries = Tries(1, 0.0, Clock())
    for number in range(Tries.KEPT + 1):
        tries.fail(str(number))
    assert not tries.used_up("0") and tries.used_up("1") and tries.used_up(str(Tries.KEPT))
