"""The session log: what is written, and every way in which a file is no log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hvlab import __version__
from hvlab.session import log
from hvlab.session.session import Session

HEADER = b'{"format":1,"hvlab":"x","scenario":"one-host","platform":"ws2008","seed":0}'
GOOD = b'{"at":5,"kind":"command","text":"Get-VM"}'


def read(*lines: bytes) -> list[log.Entry]:
    """The entries of a file with a good header and these lines."""
    return log.read(b"\n".join([HEADER, *lines]) + b"\n", "work.jsonl")[1]


def refusal(data: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(log.BadLog) as error:
        log.read(data, "work.jsonl")
    text = str(error.value)
    assert text.startswith("work.jsonl") and "\n" not in text and len(text) < 300
    return text


# -- what is written ----------------------------------------------------------------------------


def test_every_input_is_in_the_file_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "work.jsonl"
    session = Session(log=path, seed=7, lesson="a-lesson", lesson_digest="abc")
    (line,) = path.read_bytes().splitlines()
    assert json.loads(line) == {
        "format": 1,
        "hvlab": __version__,
        "scenario": "one-host",
        "platform": "ws2008",
        "seed": 7,
        "lesson": "a-lesson",
        "lesson_digest": "abc",
    }
    session.run("New-VM a; New-VM b")
    session.answer("question", "ä 42")
    session.take_hint("step/1")
    session.let_run(5_000)
    assert path.read_bytes().endswith(b"\n"), "each line is whole at once"
    assert path.read_bytes().count(b"\n") == 5
    session.let_run(9_000)
    session.log.flush()
    header, entries = log.read(path.read_bytes(), str(path))
    assert header == session.log.header and entries == session.log.entries
    assert [(entry.kind, entry.text or entry.name or entry.to) for entry in entries] == [
        ("command", "New-VM a"),
        ("command", "New-VM b"),
        ("answer", "ä 42"),
        ("hint", "step/1"),
        ("clock", 9_000),
    ]
    session.close()
    session.close()


def test_clock_moves_that_follow_one_another_are_one_line_before_the_next_input(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    session = Session(log=path)
    for until in (1000, 2000, 3000):
        session.let_run(until)
    session.run("New-VM a")
    session.let_run(4000)
    session.close()
    entries = log.read(path.read_bytes(), "x")[1]
    assert [(entry.kind, entry.to) for entry in entries] == [("clock", 3000), ("command", 0), ("clock", 4000)]


def test_what_is_no_program_is_not_an_input(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    session = Session(log=path)
    assert session.run("New-VM (").errors
    assert len(path.read_bytes().splitlines()) == 1 and session.log.entries == []


def test_a_command_that_fails_is_an_input_too(tmp_path: Path) -> None:
    session = Session(log=tmp_path / "work.jsonl")
    session.run("Start-VM nobody; New-VM a")
    assert [entry.text for entry in session.log.entries] == ["Start-VM nobody", "New-VM a"]


def test_two_records_in_one_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "work.jsonl"
    first = Session(log=path)
    first.run("New-VM a")
    first.close()
    second = Session(log=path)
    second.run("New-VM b")
    assert [entry.text for entry in log.read(path.read_bytes(), "x")[1]] == ["New-VM b"]


# -- what is read -------------------------------------------------------------------------------


def test_a_good_file_is_read() -> None:
    (entry,) = read(GOOD)
    assert (entry.at, entry.kind, entry.text) == (5, "command", "Get-VM")
    assert log.read(HEADER + b"\n" + GOOD, "x")[1] == [entry], "the last newline may be missing"
    assert log.read(HEADER + b"\r\n" + GOOD + b"\r\n", "x")[1] == [entry], "Windows' line ends"
    assert read() == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (GOOD[:-5], "truncated"),
        (b"New-VM a", "malformed"),
        (b"\0\0\0", "malformed"),
        (b"[]", "Expected `object`"),
        (b"null", "Expected `object`"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"kind":"clock"}', "missing required field `at`"),
        (b'{"at":1}', "missing required field `kind`"),
        (b'{"at":"1","kind":"clock"}', "Expected `int`, got `str`"),
        (b'{"at":1.5,"kind":"clock"}', "Expected `int`, got `float`"),
        (b'{"at":true,"kind":"clock"}', "Expected `int`, got `bool`"),
        (b'{"at":-1,"kind":"clock"}', "`int` >= 0"),
        (b'{"at":99999999999999999999,"kind":"clock"}', "`int` <="),
        (b'{"at":1,"kind":"clock","to":-1}', "`int` >= 0"),
        (b'{"at":1,"kind":"clock","to":' + b"9" * 400 + b"}", "`int` <="),
        (b'{"at":1,"kind":"clock","to":' + b"9" * 9000 + b"}", "out of range"),
        (b'{"at":1,"kind":5}', "Expected `str`"),
        (b'{"at":1,"kind":"command","text":["a"]}', "Expected `str`"),
        (b'{"at":1,"kind":"command","shell":"/bin/sh"}', "unknown field `shell`"),
        (b'{"at":1,"kind":"reboot"}', "unknown kind 'reboot'; known: command, clock, answer, hint"),
        (b'{"at":1,"kind":""}', "unknown kind ''"),
        (b'{"at":1,"kind":"command","text":"\xff"}', ""),
        (b'{"at":1,"kind":"command","text":"\\ud800"}', ""),
        (b'{"at":4,"kind":"clock"}', "`at` goes backwards"),
    ],
)
def test_a_bad_line_is_named_with_its_number(line: bytes, words: str) -> None:
    text = refusal(b"\n".join([HEADER, GOOD, line, GOOD]) + b"\n")
    assert text.startswith("work.jsonl, line 3: ") and words in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"\n", "line 1"),
        (b"New-VM a", "this is no session of hvlab"),
        (GOOD, "line 1"),
        (b"\xef\xbb\xbf" + HEADER, "line 1"),
        (b"\xff\xfe" + HEADER, "line 1"),
        (HEADER.replace(b'"format":1', b'"format":2'), "format 2; this hvlab reads format 1"),
        (HEADER.replace(b'"format":1', b'"format":"1"'), "Expected `int`"),
        (HEADER.replace(b'"seed":0', b'"seed":"x"'), "Expected `int`"),
        (HEADER.replace(b'"seed":0', b'"seed":' + b"9" * 30), "`int` <="),
        (HEADER.replace(b'"seed":0', b'"score":100,"seed":0'), "unknown field `score`"),
        (HEADER.replace(b',"seed":0', b""), "missing required field `seed`"),
    ],
)
def test_a_bad_header_is_refused(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_a_giant_line_and_a_giant_file_are_refused() -> None:
    giant = b'{"at":1,"kind":"command","text":"' + b"a" * log.MAXIMUM_LINE + b'"}'
    assert "line 2: longer than 1024 KiB" in refusal(HEADER + b"\n" + giant)
    assert "larger than 64 MiB" in refusal(bytes(log.MAXIMUM_FILE + 1))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEADER, True),
        (b"  \n" + HEADER, True),
        (b"New-VM a", False),
        (b"", False),
        (b"{ $_ }", False),
        (b"\xff", False),
    ],
)
def test_a_log_is_told_from_a_script(data: bytes, expected: bool) -> None:
    assert log.looks_like_log(data) is expected
