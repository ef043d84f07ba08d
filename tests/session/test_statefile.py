"""The state beside a log: what is resumed with it is what a replay comes to; whatever does not fit is not believed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hvlab.console.host import RecordingHost
from hvlab.host.disks import HostStorage
from hvlab.session import encoding, statefile, travel
from hvlab.session.encoding import BadState, CannotKeep, Reader, Writer
from hvlab.session.log import read
from hvlab.session.replay import replay
from hvlab.session.session import MissingFile, Session
from hvlab.session.timeline import Step
from hvlab.storage.spill import IN_MEMORY, SPILL, Spilled
from tests.session.test_replay import SYSTEM, digests

WORK = [
    f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {SYSTEM}; Start-VM web01; Wait-Lab web01 -For Heartbeat",
    "function Twice([int]$n) { 2 * $n }; [int]$size = 5; $same = @(1, 2); $also = $same",
    "$vm = Get-VM web01; $all = [ordered]@{ VM = $vm; Size = 512MB; Block = { $_ + 1 } }",
    "Get-VM nobody; 1 / 0; $text = \"it is $size\"; $text -match '(\\d)'; $when = Get-Date",
    "$work = Start-LabWorkload web01 -Operation Write -Count 5; $list = [System.Collections.ArrayList]@(1)",
    "Set-VM web01 -Notes 'to be undone'; Undo-Lab; Wait-Lab -Seconds 3",
]
QUESTIONS = [
    "Twice 4",
    "$size = '7'; $size + 1",
    "$also[0] = 9; $same -join ','",
    "$vm.State; $all.VM.Name; $all.Keys -join ','; 1 | % $all.Block",
    "$Error.Count; $Error[0].FullyQualifiedErrorId; $Matches[1]",
    "$text; $when.ToString('s'); $work.Count; $null = $list.Add(3); $list.Count; $vm.Notes",
]


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is kept after every bit of work, and with many checkpoints."""
    monkeypatch.setattr(statefile, "WORTH_KEEPING", 1)
    monkeypatch.setattr(travel, "SPACING", 0.0)
    monkeypatch.setattr(travel, "SHARE", 0)


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """The steps that are done again."""
    done: list[Step] = []
    perform = Session.perform

    def noted(self: Session, step: Step, partly: bool = False) -> tuple[int, bool]:
        done.append(step)
        return perform(self, step, partly)

    monkeypatch.setattr(Session, "perform", noted)
    return done


def answers(found: Session) -> list[str]:
    host = RecordingHost()
    found.shell.host = host
    for text in QUESTIONS:
        found.run(text)
    return [f"{type(item).__name__} {item!r}" for item in host.objects if not hasattr(item, "subject")]


def worked(path: Path, texts: list[str]) -> Session:
    found = Session(log=path)
    for text in texts:
        found.run(text)
    found.close()
    return found


def test_a_resumed_session_is_where_a_replay_comes_to(tmp_path: Path, performed: list[Step]) -> None:
    path = tmp_path / "s.jsonl"
    first = worked(path, WORK)
    assert statefile.path_of(path).is_file()
    alone = replay(path.read_bytes(), "s")
    assert performed
    performed.clear()
    again = Session.resume(path)
    assert performed == []
    assert digests(again) == digests(first) == digests(alone)
    assert again.travel.timeline.head == alone.travel.timeline.head
    assert answers(again) == answers(alone)
    assert digests(again) == digests(alone)


def test_what_was_done_since_is_done_again(tmp_path: Path, performed: list[Step]) -> None:
    """A killed process leaves a state that is older than its log."""
    path = tmp_path / "s.jsonl"
    worked(path, WORK[:3])
    older = statefile.path_of(path).read_bytes()
    more = Session.resume(path)
    for text in WORK[3:]:
        more.run(text)
    more.close()
    statefile.path_of(path).write_bytes(older)
    performed.clear()
    again = Session.resume(path)
    assert 0 < len(performed) < len(again.travel.timeline.steps(again.travel.timeline.head))
    assert digests(again) == digests(more)


def test_undo_redo_and_looking_back_after_resuming(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    worked(path, WORK)
    again, alone = Session.resume(path), replay(path.read_bytes(), "s")
    end = len(alone.world.trace)
    for text in ["Undo-Lab", "Undo-Lab 2", "Redo-Lab", *(f"Move-Lab {end * n // 7}" for n in (1, 5, 3, 6))]:
        assert again.run(text).ok == alone.run(text).ok, text
        assert digests(again) == digests(alone), text
        assert again.world.find_unmarked_changes() == []
    for found in (again, alone):
        found.run("Set-VM web01 -Notes branch")
    assert digests(again) == digests(alone)


def damaged(data: bytes) -> list[bytes]:
    middle = len(data) // 2
    return [
        b"",
        data[:20],
        data[:-1],
        data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        data.replace(b"hvlab state 2", b"hvlab state 9"),
        b"\x00" * 100,
    ]


def changed(data: bytes, change: Any) -> bytes:
    """The file with another content, and a digest that fits it."""
    start = len(statefile.FORMAT) + 32
    content = msgspec.msgpack.decode(data[start:])
    change(content)
    body: bytes = msgspec.msgpack.encode(content)
    return statefile.FORMAT + hashlib.sha256(body).digest() + body


def test_what_does_not_fit_is_taken_away_and_the_log_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    first = worked(path, WORK[:2])
    beside = statefile.path_of(path)
    data = beside.read_bytes()
    forgeries = [
        lambda c: c.update(made_by="another"),
        lambda c: c.update(log="0" * 64),
        lambda c: c.update(count=10_000),
        lambda c: c.update(count="many"),
        lambda c: c.pop("trace"),
        lambda c: c["components"][0].__setitem__(0, "hvlab.session.session:Session"),
        lambda c: c["components"][0].__setitem__(0, "subprocess:Popen"),
        lambda c: c["components"][0][2].pop(),
        lambda c: c["checkpoints"][-1]["world"][7].__setitem__(0, 10**6),
        lambda c: c["checkpoints"][-1].update(shell=[]),
        lambda c: c.update(blobs=[]),
    ]
    for bad in [*damaged(data), *(changed(data, forgery) for forgery in forgeries)]:
        beside.write_bytes(bad)
        again = Session.resume(path)
        assert digests(again) == digests(first)
        assert not beside.exists()
        again.log.close()


def test_another_log_of_the_same_name_is_not_taken_for_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    worked(one, WORK[:2])
    second = worked(other, ["New-VM b -MemoryStartupBytes 256MB", "Get-VM", "Start-VM b"])
    statefile.path_of(one).replace(statefile.path_of(other))
    assert digests(Session.resume(other)) == digests(second)


def test_a_forged_state_moves_no_replay_and_no_further_than_the_next_input(tmp_path: Path) -> None:
    """Who writes a state of his own sees it on his own screen; what the log says comes out all the same."""
    path = tmp_path / "s.jsonl"
    worked(path, WORK[:1])
    beside = statefile.path_of(path)

    def forge(content: Any) -> None:
        content["checkpoints"][-1]["world"][1] += 7

    forged = changed(beside.read_bytes(), forge)
    more = Session.resume(path)
    more.run("Wait-Lab -Seconds 1; Set-VM web01 -Notes honest")
    more.close()
    beside.write_bytes(forged)
    assert digests(replay(path.read_bytes(), "s")) == digests(more)
    assert digests(Session.resume(path)) == digests(more)
    assert not beside.exists()


def test_what_cannot_be_kept_is_done_again(tmp_path: Path, performed: list[Step]) -> None:
    """The variable holds an opened disk, which has no form for a file; what was before it, is kept."""
    path = tmp_path / "s.jsonl"
    first = worked(path, [*WORK[:1], rf"$disk = Get-VHD {SYSTEM}", "Wait-Lab -Seconds 1"])
    again = Session.resume(path)
    assert [step.entry.text for step in performed] == [rf"$disk = Get-VHD {SYSTEM}", "Wait-Lab -Seconds 1"]
    assert digests(again) == digests(first)


def test_short_work_is_not_worth_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statefile, "WORTH_KEEPING", 25_000)
    path = tmp_path / "s.jsonl"
    worked(path, WORK)
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.jsonl"]


INPUTS = st.sampled_from(
    [
        "New-VM {n} -MemoryStartupBytes 64MB",
        "Start-VM {n}",
        "Stop-VM {n} -TurnOff",
        "Remove-VM {n} -Force",
        "Wait-Lab -Seconds 2",
        "$t += @(Get-VM)",
        "$h = @{{ T = $t }}; $h.Self = $h",
        "function f($a) {{ $a; Get-VM }}",
        "Undo-Lab",
        "Redo-Lab",
        "Set-Content C:\\n.txt 'a'",
    ]
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(INPUTS, st.integers(0, 2)), max_size=10))
def test_whatever_was_done_it_is_resumed_exactly(
    tmp_path_factory: pytest.TempPathFactory, inputs: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "s.jsonl"
    first = worked(path, [text.format(n=f"vm{number}") for text, number in inputs])
    again = Session.resume(path)
    assert digests(again) == digests(first) == digests(replay(path.read_bytes(), "s"))
    assert again.log.entries == read(path.read_bytes(), "s")[1]
    for found in (again, first):
        found.travel.session.run("Undo-Lab")
    assert digests(again) == digests(first)


# -- forms of values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        [1, "a", b"b", None],
        (1, (2, [3])),
        {"a": {1: (b"x" * 300, bytearray(b"y"))}},
        [1 << 70, -(1 << 64)],
        [b"z" * 1000, b"z" * 1000],
        {(1, 2): [True, 1.5]},
    ],
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    writer = Writer()
    form = msgspec.msgpack.decode(msgspec.msgpack.encode(writer.write(value)))
    found = Reader(writer.blobs.all).read(form)
    assert found == value and repr(found) == repr(value)


def test_only_data_is_written_and_only_data_is_read() -> None:
    with pytest.raises(CannotKeep):
        Writer().write(lambda: 0)
    with pytest.raises(CannotKeep):
        Writer().write(Session)
    for name in ("os:system", "builtins:eval", "hvlab.session.session:Session", "hvlab.cli:cli", "hvlab.x:Y"):
        with pytest.raises(BadState):
            Reader([]).read([encoding.RECORD, name])
        with pytest.raises(BadState):
            Reader([]).read([encoding.OWN, name, []])


def long_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session whose host has files of which long runs lie beside memory."""
    monkeypatch.setattr(SPILL, "seen", IN_MEMORY)
    made = r"Convert-VHD C:\Images\NT4.vhd D:\big.vhd -VHDType Dynamic; Copy-Item D:\big.vhd D:\too.vhd"
    found = worked(path, [*WORK, made, "Wait-Lab -Seconds 1", r"Resize-VHD D:\big.vhd 64GB"])
    files = found.world.get("host1/root/storage", HostStorage).files
    assert any(type(one) is Spilled for one in files.open("D:\\too.vhd").file.content.chunks.values())
    return found


def test_long_runs_are_kept_beside_the_state_and_resumed_from_there(
    tmp_path: Path, performed: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.jsonl"
    first = long_runs(path, monkeypatch)
    alone = replay(path.read_bytes(), "s")
    (beside,) = tmp_path.glob("*.runs")
    performed.clear()
    again = Session.resume(path)
    assert performed == [] and digests(again) == digests(first) == digests(alone)
    again.run(r"Convert-VHD D:\too.vhd D:\three.vhd; Undo-Lab 2; Wait-Lab -Seconds 2")
    alone.run(r"Convert-VHD D:\too.vhd D:\three.vhd; Undo-Lab 2; Wait-Lab -Seconds 2")
    assert digests(again) == digests(alone)
    again.close()
    performed.clear()
    assert digests(Session.resume(path)) == digests(alone) and performed == []
    assert len(list(tmp_path.glob("*.runs"))) == 1
    statefile.forget(path)
    assert not list(tmp_path.glob("*.runs")) or beside.exists()


@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_a_file_of_runs_that_is_not_the_states_own_is_not_believed(
    tmp_path: Path, performed: list[Step], monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    path = tmp_path / "s.jsonl"
    first = long_runs(path, monkeypatch)
    (beside,) = tmp_path.glob("*.runs")
    data = beside.read_bytes()
    if harm == "gone":
        beside.unlink()
    else:
        beside.write_bytes(bytes([data[0] ^ 1]) + data[1:] if harm == "changed" else data[:-1])
    performed.clear()
    assert digests(Session.resume(path)) == digests(first) and performed


def test_runs_beside_memory_change_nothing_of_what_is_kept_of_the_beginning(
    tmp_path: Path, performed: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process has much in memory, the next one little: the same state is right for both."""
    path = tmp_path / "s.jsonl"
    first = long_runs(path, monkeypatch)
    monkeypatch.setattr(SPILL, "seen", 0)
    performed.clear()
    assert digests(Session.resume(path)) == digests(first) and performed == []


def test_more_than_pays_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statefile, "MOST_IN_RUNS", 1000)
    path = tmp_path / "s.jsonl"
    first = long_runs(path, monkeypatch)
    assert not list(tmp_path.glob("*.runs")) and digests(Session.resume(path)) == digests(first)


def test_files_that_were_brought_in_are_found_beside_the_log(tmp_path: Path, performed: list[Step]) -> None:
    outside = tmp_path / "real.bin"
    outside.write_bytes(bytes(range(251)) * 4000)
    path = tmp_path / "s.jsonl"
    first = worked(path, [f"Import-LabFile '{outside}' D:\\real.bin | Out-Null", *WORK[:2]])
    assert statefile.path_of(path).is_file()
    performed.clear()
    outside.unlink()
    again = Session.resume(path)
    assert performed == [] and digests(again) == digests(first)
    read = again.world.get("host1/root/storage", HostStorage).files.open("D:\\real.bin").read(100_000, 9)
    assert read == (bytes(range(251)) * 4000)[100_000:100_009]
    again.log.close()
    (kept,) = (tmp_path / "s.jsonl.files").iterdir()
    kept.write_bytes(bytes(251 * 4000))
    with pytest.raises(MissingFile):
        Session.resume(path)
