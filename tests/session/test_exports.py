"""What the exports promise to the tools they are named after: the published rules of each format, and the tools."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hvlab.cli import cli
from hvlab.session.session import Session
from tests.session.test_tracefile import WORK

PHASES = {
    "X": {"name", "cat", "ts", "dur", "pid", "tid", "args"},
    "M": {"name", "pid", "tid", "args"},
    "s": {"name", "cat", "id", "ts", "pid", "tid"},
    "f": {"name", "cat", "id", "bp", "ts", "pid", "tid"},
}
"""The Trace Event Format: complete events, metadata, and the two ends of a flow, with the fields each needs."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded session in which a guest has booted."""
    session = Session()
    assert session.run(WORK).ok
    path = tmp_path_factory.mktemp("exports") / "s.jsonl"
    path.write_bytes(session.log.text())
    return path


def exported(record: Path, form: str) -> Path:
    target = record.with_name(f"trace.{form}")
    if not target.exists():
        done = CliRunner().invoke(cli, ["trace", "export", str(record), str(target), "--format", form])
        assert done.exit_code == 0, done.output
    return target


def test_chrome_rows_keep_the_rules_of_the_trace_event_format(record: Path) -> None:
    document = json.loads(exported(record, "chrome").read_bytes())
    assert document["displayTimeUnit"] == "ns"
    rows: list[dict[str, Any]] = document["traceEvents"]
    for row in rows:
        assert set(row) == PHASES[row["ph"]] | {"ph"}
        assert all(isinstance(row[key], int) for key in ("pid", "tid"))
    named = {(row["pid"], row["tid"]) for row in rows if row["name"] == "thread_name"}
    slices = {(row["pid"], row["tid"], row["ts"]) for row in rows if row["ph"] == "X"}
    assert {(pid, tid) for pid, tid, _ in slices} == named
    # A flow's end that binds to a slice needs one there; its two ends share an id, the start not after the end.
    starts = {row["id"]: row for row in rows if row["ph"] == "s"}
    ends = {row["id"]: row for row in rows if row["ph"] == "f"}
    assert starts.keys() == ends.keys() and len(ends) > 100
    for number, end in ends.items():
        assert end["bp"] == "e" and starts[number]["ts"] <= end["ts"]
        assert {(row["pid"], row["tid"], row["ts"]) for row in (end, starts[number])} <= slices


def test_chrome_draws_commands_and_phases_as_stretches_end_to_end(record: Path) -> None:
    rows = json.loads(exported(record, "chrome").read_bytes())["traceEvents"]
    for kind in ("command", "guest.phase"):
        spans = [row for row in rows if row["ph"] == "X" and row["name"].startswith(f"{kind} ")]
        assert len(spans) > 1
        for one, following in itertools.pairwise(spans):
            assert one["ts"] + max(one["dur"], 0.001) == pytest.approx(following["ts"], abs=0.002)


def test_a_cast_keeps_the_rules_of_asciicast_version_2(record: Path) -> None:
    data = exported(record, "asciinema").read_bytes()
    assert data.endswith(b"\n") and b"\r" not in data
    head, *rows = [json.loads(line) for line in data.decode().splitlines()]
    assert head["version"] == 2 and head["width"] > 0 and head["height"] > 0
    assert set(head) <= {"version", "width", "height", "title", "timestamp", "duration", "env", "theme"}
    for time, code, text in rows:
        assert time >= 0 and code == "o" and isinstance(text, str)


@pytest.mark.skipif(shutil.which("asciinema") is None, reason="asciinema is not installed")
def test_asciinema_plays_it(record: Path) -> None:
    path = exported(record, "asciinema")
    shown = subprocess.run(["asciinema", "cat", str(path)], capture_output=True, check=True).stdout
    rows = [json.loads(line) for line in path.read_bytes().splitlines()[1:]]
    assert shown.decode() == "".join(row[2] for row in rows)


@pytest.mark.skipif(shutil.which("babeltrace2") is None, reason="babeltrace2 is not installed")
def test_babeltrace_prints_each_event_with_its_time_and_fields(record: Path) -> None:
    shown = subprocess.run(
        ["babeltrace2", "--clock-seconds", str(exported(record, "ctf"))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    lines = [json.loads(line) for line in exported(record, "jsonl").read_bytes().splitlines()[1:]]
    assert len(shown) == len(lines)
    for text, line in zip(shown, lines, strict=True):
        assert f"[{line['time'] // 10**9}.{line['time'] % 10**9:09}]" in text
        assert f" {line['kind']}: " in text and f"seq = {line['seq']}," in text
        assert f'source = "{line["source"]}"' in text
