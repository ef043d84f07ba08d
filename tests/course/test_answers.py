"""Every kind of question: how an answer may be written, what is recorded, and when it is right."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from hvlab.course import answers
from hvlab.course.looking import looking_shell
from hvlab.course.model import Question
from hvlab.session.session import Session

BOTH = {"en": "?", "de": "?"}


def question(**values: Any) -> Question:
    return msgspec.convert({"id": "q", "prompt": BOTH, **values}, Question)


def choices(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "text": {"en": name.upper(), "de": f"{name}-de"}} for name in names]


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session()
    assert session.run("New-VM web01; New-VM db02 -MemoryStartupBytes 1GB").ok
    return session


def right(session: Session, asked: Question, text: str) -> bool:
    return answers.is_right(asked, text, looking_shell(session), session.world)


@pytest.mark.parametrize(
    ("text", "recorded", "is_right"),
    [
        ("1 3", "a c", True),
        ("3,1", "c a", True),
        ("A; c", "a c", True),
        ("1", "a", False),
        ("1 2 3", "a b c", False),
        ("13", "a c", True),
        ("14", "14", False),
    ],
)
def test_several_are_chosen(session: Session, text: str, recorded: str, is_right: bool) -> None:
    asked = question(choices=choices("a", "b", "c"), all_of=["a", "c"])
    assert asked.kind == "multiple"
    assert answers.as_recorded(asked, text) == recorded
    assert right(session, asked, text) == is_right == right(session, asked, recorded)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("2 1 3", True),
        ("b a c", True),
        ("1 2 3", False),
        ("2 1", False),
        ("", False),
        ("213", True),
        ("123", False),
    ],
)
def test_an_order_is_kept(session: Session, text: str, is_right: bool) -> None:
    asked = question(choices=choices("a", "b", "c"), sequence=["b", "a", "c"])
    assert asked.kind == "order" and right(session, asked, text) == is_right


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("1b 2a", True), ("2A, 1B", True), ("1-b 2=a", True), ("1a 2b", False), ("1b", False), ("1b 2z", False)],
)
def test_pairs_are_matched(session: Session, text: str, is_right: bool) -> None:
    items = [{"id": "one", "text": BOTH, "match": "b"}, {"id": "two", "text": BOTH, "match": "a"}]
    asked = question(choices=choices("a", "b"), items=items)
    assert asked.kind == "match" and right(session, asked, text) == is_right
    assert right(session, asked, answers.as_recorded(asked, text)) == is_right


@pytest.mark.parametrize(
    ("expression", "text", "is_right"),
    [
        ("(Get-VM).Count", "2", True),
        ("(Get-VM).Count", "3", False),
        ("(Get-VM db02).MemoryStartup", "1,073,741,824", True),
        ("(Get-VM | Sort-Object Name | Select-Object -First 1).Name", "DB02", True),
        ("(Get-VM | Sort-Object Name | Select-Object -First 1).Name", "web01", False),
        ("(Get-VM | Sort-Object Name | Select-Object -First 1).Name", "' -or 'a' -eq 'a", False),
        ("(Get-VM).Count", "", False),
        ("'R7', 'R4', 7", "r4", True),
        ("'R7', 'R4', 7", "7", True),
        ("'R7', 'R4', 7", "R7 R4 7", True),
        ("'R7', 'R4', 7", "4", False),
        ("'R7', 'R4', 7", "R7 R4", False),
        ("$(5; 2, 3 | Where-Object { $_ -gt 2 })", "3", True),
        ("$(5; 2, 3 | Where-Object { $_ -gt 2 })", "2", False),
    ],
)
def test_a_value_is_computed(session: Session, expression: str, text: str, is_right: bool) -> None:
    asked = question(expression=expression)
    assert asked.kind == "value" and right(session, asked, text) == is_right


def test_an_event_is_pointed_at(session: Session) -> None:
    events = list(session.world.trace)
    command = next(event for event in events if event.kind == "command" and "db02" in str(event.get("text")))
    made = next(event for event in events if event.kind == "vm.state" and event.target.endswith("/db02"))
    other = next(event for event in events if event.kind == "command" and event is not command)
    asked = question(event={"kind": "command"}, cause_of={"kind": "vm.state", "vm": "db02"})
    assert asked.kind == "event" and made.cause == command.seq
    assert right(session, asked, f"#{command.seq}") and right(session, asked, str(command.seq))
    assert not right(session, asked, str(other.seq)), "of the right kind, but it led to something else"
    assert not right(session, asked, str(made.seq)), "of the wrong kind"
    for text in ("0", "99999", "#", "x"):
        assert not right(session, asked, text)
    anything = question(event={"kind": "command"})
    assert right(session, anything, str(other.seq))


def test_an_event_may_have_to_follow_another() -> None:
    session = Session()
    assert session.run("New-VM web01; New-VM db02; Get-VM").ok
    first, second, third = (event.seq for event in session.world.trace if event.kind == "command")
    asked = question(event={"kind": "command"}, after={"kind": "vm.state", "vm": "web01"})
    assert right(session, asked, str(second))
    assert not right(session, asked, str(first)), "it came before"
    assert not right(session, asked, str(third)), "another of its kind came first"


def test_a_number_may_have_its_unit_behind_it(session: Session) -> None:
    asked = question(expression="(Get-VM).Count * 84")
    for text in ("168", "168 bytes", "168 Bytes.", " 168 B"):
        assert right(session, asked, text), text
    for text in ("168 bytes each", "16 8x", "bytes", "167 bytes"):
        assert not right(session, asked, text), text


@pytest.mark.parametrize(
    ("values", "clear", "unclear", "bare", "command"),
    [
        (
            {"choices": choices("a", "b"), "correct": "a"},
            ["1", "b", "B-de"],
            ["3", "", "1 2"],
            ["2"],
            ["a", "1+1"],
        ),
        (
            {"choices": choices("a", "b", "c"), "all_of": ["a", "c"]},
            ["1 3", "1,3", "2"],
            ["1 4", "", "x"],
            ["1 3", "2", "1, 3"],
            ["1..3", "a c"],
        ),
        (
            {"choices": choices("a", "b", "c"), "sequence": ["b", "a", "c"]},
            ["2 1 3", "213", "3,2,1"],
            ["2 1", "2 1 3 3", "2 2 1", "1", ""],
            ["2 1 3", "2 1"],
            ["a b c"],
        ),
        (
            {"choices": choices("a", "b"), "items": [{"id": "i", "text": BOTH, "match": "b"}]},
            ["1b", "1 = b"],
            ["1c", "2b", "b", ""],
            ["1b", "1 b"],
            ["Get-VM", "1kb"],
        ),
        ({"event": {"kind": "hypercall"}}, ["#12", "12"], ["twelve", ""], ["#12", "12"], ["# 12", "#x"]),
        (
            {"expression": "1"},
            ["12", "web01", "-3", "0x1f", "10.0.0.0/8", "00-15-50-10-20-30", "6.0.6001", "a+b"],
            ["", " ", "160*256", "2 + 3", "(160 * 1024)/4*1", "10 / 2", "2^10"],
            ["12", "1 000", "12 bytes"],
            ["web01", "12+1", "12 | x"],
        ),
    ],
)
def test_answers_are_told_from_commands_and_clear_ones_from_unclear_ones(
    values: dict[str, Any], clear: list[str], unclear: list[str], bare: list[str], command: list[str]
) -> None:
    asked = question(**values)
    assert [text for text in clear if not answers.is_clear(asked, text)] == []
    assert [text for text in unclear if answers.is_clear(asked, text)] == []
    assert [text for text in bare if not answers.is_bare(asked, text)] == []
    assert [text for text in command if answers.is_bare(asked, text)] == []


def test_a_recorded_answer_is_told_in_the_questions_own_words() -> None:
    asked = question(choices=choices("a", "b"), all_of=["a", "b"])
    assert answers.written(asked, "a b", "en") == "A, B"
    assert answers.written(question(expression="1"), "12 bytes", "de") == "12 bytes"


@pytest.mark.parametrize(
    ("given", "text", "meant"),
    [
        ({"choices": choices("a", "b", "c"), "sequence": ["b", "a", "c"]}, "213", True),
        ({"choices": choices("a", "b", "c"), "sequence": ["b", "a", "c"]}, "214", False),
        ({"choices": choices("a", "b", "c"), "sequence": ["b", "a", "c"]}, "211", False),
        ({"choices": choices("a", "b", "c"), "all_of": ["a", "c"]}, "31", True),
        ({"choices": choices(*"abcdefghijklm"), "all_of": ["a", "c"]}, "13", True),
        ({"choices": choices(*"abcdefghijklm"), "all_of": ["a", "c"]}, "132", False),
    ],
)
def test_digits_without_a_gap_are_an_answer_where_they_can_be_one(
    given: dict[str, Any], text: str, meant: bool
) -> None:
    assert answers.is_bare(question(**given), text) is meant


def test_where_there_are_more_than_nine_choices_digits_together_are_one_number() -> None:
    asked = question(choices=choices(*"abcdefghijklm"), all_of=["a", "c"])
    assert answers.as_recorded(asked, "13") == "m" and answers.as_recorded(asked, "1 3") == "a c"


def test_pairs_may_be_written_without_a_gap() -> None:
    items = [{"id": n, "text": BOTH, "match": m} for n, m in (("x", "a"), ("y", "b"))]
    asked = question(choices=choices("a", "b"), items=items)
    assert answers.is_bare(asked, "1a2b") and answers.as_recorded(asked, "1a2b") == "x=a y=b"
