"""Traces as files: what is written is read back, rubbish is named by its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hvlab.cli import cli
from hvlab.kernel import KINDS
from hvlab.session import tracefile
from hvlab.session.session import Session
from tests.session.test_replay import SYSTEM, data_of

HEADER = {"format": 1, "hvlab": "x", "scenario": "one-host", "platform": "ws2008", "seed": 0}
WORK = (
    f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01 -For Heartbeat"
)


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session()
    assert session.run(WORK).ok
    return session


@pytest.fixture(scope="module")
def written(session: Session) -> bytes:
    return b"".join(session.world.trace.lines({key: HEADER[key] for key in HEADER if key != "format"}))


@pytest.fixture(scope="module")
def events(written: bytes) -> list[tracefile.Line]:
    return tracefile.read(written, "x")[1]


def invoked(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_no_kind_has_a_field_that_every_event_has_already() -> None:
    assert not [kind.name for kind in KINDS.values() if set(kind.fields) & set(tracefile.COMMON)]


def test_what_is_written_is_read_back(written: bytes, session: Session) -> None:
    header, events = tracefile.read(written, "x")
    assert header == HEADER
    assert events == [event.line() for event in session.world.trace]
    assert b"".join(tracefile.json_lines(header, events)) == written


@pytest.mark.parametrize(
    ("line", "change", "complaint"),
    [
        (0, {"format": 9}, "line 1: no trace"),
        (3, {"kind": "nonsense"}, "line 4: unknown kind"),
        (3, {"more": 1}, "line 4: not the fields"),
        (3, {"seq": 9}, "line 4: `seq`"),
        (3, {"time": -1}, "line 4: `seq` and `time`"),
        (3, {"cause": "x"}, "line 4: a number"),
        (3, {"source": None}, "line 4: a path"),
    ],
)
def test_rubbish_is_named_by_its_line(
    written: bytes, line: int, change: dict[str, Any], complaint: str
) -> None:
    lines = [json.loads(raw) for raw in written.splitlines()]
    lines[line].update(change)
    with pytest.raises(tracefile.BadTrace, match=complaint):
        tracefile.read("\n".join(json.dumps(row) for row in lines).encode(), "x")


@pytest.mark.parametrize("data", [b"", b"{", b"[]\n", b"\xff\n"])
def test_what_is_no_trace_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(tracefile.BadTrace):
        tracefile.read(data, "x")


def test_events_are_chosen(events: list[tracefile.Line]) -> None:
    assert {e["kind"] for e in tracefile.chosen(events, kinds=["exit", "hypercall"])} == {"exit", "hypercall"}
    web = list(tracefile.chosen(events, vm="web01"))
    assert web and len(web) < len(events) and not list(tracefile.chosen(events, vm="web"))
    middle = events[len(events) // 2]["time"]
    assert all(e["time"] == middle for e in tracefile.chosen(events, begin=middle, end=middle))
    start = next(e["seq"] for e in events if e["kind"] == "command" and e["text"] == "Start-VM web01")
    story = list(tracefile.chosen(events, story=start))
    told = {event["seq"] for event in story}
    assert story[0]["seq"] == start and len(story) > 50
    assert all(event["cause"] in told for event in story[1:])


def test_the_chrome_trace_has_every_event_on_its_thread(events: list[tracefile.Line]) -> None:
    rows = json.loads(tracefile.chrome(events))["traceEvents"]
    drawn = [row for row in rows if row["ph"] == "X"]
    names = {row["tid"]: row["args"]["name"] for row in rows if row["name"] == "thread_name"}
    assert [row["args"]["seq"] for row in drawn] == [event["seq"] for event in events]
    threads = [
        f"{event['source']}: {event['kind']}" if event["kind"] in tracefile.STRETCHES else event["source"]
        for event in events
    ]
    assert [names[row["tid"]] for row in drawn] == threads
    assert [row["ts"] for row in drawn] == [event["time"] / 1000 for event in events]
    arrows = [row["id"] for row in rows if row["ph"] == "f"]
    assert arrows == [event["seq"] for event in events if event["cause"]]


def test_ctf_says_what_its_stream_holds(events: list[tracefile.Line]) -> None:
    files = tracefile.ctf(events)
    metadata = files["metadata"].decode()
    assert metadata.startswith("/* CTF 1.8 */") and metadata.count("event {") == len(KINDS)
    magic, stream, begin, end, content, size = tracefile._PACKET.unpack_from(files["stream"])
    assert (magic, stream) == (0xC1FC1FC1, 0) and content == size == len(files["stream"]) * 8
    assert (begin, end) == (events[0]["time"], events[-1]["time"])


# -- by the command line --------------------------------------------------------------------------------


def test_the_commands(session: Session, written: bytes, tmp_path: Path) -> None:
    trace, log = tmp_path / "t.jsonl", tmp_path / "s.jsonl"
    trace.write_bytes(written)
    log.write_bytes(data_of(session))
    shown = invoked("trace", "show", trace, "--kind", "vm.state")
    assert shown.exit_code == 0 and len(shown.output.splitlines()) == 3
    one, other = invoked("trace", "filter", trace), invoked("trace", "filter", log)
    assert one.output.splitlines()[1:] == other.output.splitlines()[1:] == written.decode().splitlines()[1:]
    for form in ("jsonl", "chrome", "ctf"):
        assert invoked("trace", "export", log, tmp_path / form, "--format", form).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "ctf").iterdir()) == ["metadata", "stream"]
    assert invoked("trace", "show", trace, "--kind", "nonsense").exit_code == 2
    assert invoked("trace", "export", trace, tmp_path / "none" / "x").exit_code == 2
    trace.write_bytes(b"{}\n")
    bad = invoked("trace", "show", trace)
    assert bad.exit_code == 2 and "line 1" in bad.output


def test_a_cast_is_what_was_typed_and_printed(session: Session, tmp_path: Path) -> None:
    log = tmp_path / "s.jsonl"
    log.write_bytes(data_of(session) + b"")
    assert invoked("trace", "export", log, tmp_path / "x.cast", "--format", "asciinema").exit_code == 0
    head, *rows = [json.loads(line) for line in (tmp_path / "x.cast").read_text().splitlines()]
    assert (head["version"], head["width"]) == (2, 120)
    text = "".join(row[2] for row in rows)
    assert all(f"PS C:\\> {command}\r\n" in text for command in WORK.split("; ")) and "Off" in text
    times = [row[0] for row in rows]
    assert times == sorted(times) and {row[1] for row in rows} == {"o"}


def test_a_trace_makes_no_cast(session: Session, tmp_path: Path) -> None:
    trace = tmp_path / "t.jsonl"
    log = tmp_path / "s.jsonl"
    log.write_bytes(data_of(session))
    assert invoked("trace", "export", log, trace).exit_code == 0
    refused = invoked("trace", "export", trace, tmp_path / "x.cast")
    assert refused.exit_code == 2 and "is no recorded session" in refused.output
    assert not (tmp_path / "x.cast").exists()


def test_a_replay_goes_where_it_is_told(session: Session, tmp_path: Path) -> None:
    log = tmp_path / "s.jsonl"
    log.write_bytes(data_of(session))
    found = invoked("replay", log, "--to", "100")
    assert found.exit_code == 0 and "\nevent 10" in found.output
    assert f"time {10**9 // 2}" in invoked("replay", log, "--to", "0.5s").output
    assert invoked("replay", log, "--to", "9999999").exit_code == 2
    assert invoked("replay", log, "--to", "nowhere").exit_code == 2


def test_the_name_of_the_target_says_the_format_where_none_is_named(session: Session, tmp_path: Path) -> None:
    log = tmp_path / "s.jsonl"
    log.write_bytes(data_of(session))
    for name, begins in (
        ("x.cast", b'{"version":2'),
        ("x.jsonl", b'{"format"'),
        ("x.json", b'{"displayTimeUnit"'),
    ):
        assert invoked("trace", "export", log, tmp_path / name).exit_code == 0
        assert (tmp_path / name).read_bytes().startswith(begins)
