"""A recorded session goes from one learner to another as one small text file; what is no such file is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hvlab.session.log import new_header
from tests.acceptance.conftest import Run

HEADER = msgspec.json.encode(new_header("one-host", "ws2008", 0)) + b"\n"


def test_a_session_is_handed_over(hvlab: Run, script: Callable[[str], str], tmp_path: Path) -> None:
    hvlab("run", script("New-VM a; New-VM b"), "--session", "mine.jsonl")
    with (tmp_path / "mine.jsonl").open("ab") as file:
        file.write(b'{"at":9,"kind":"comm')  # a killed process was writing
    sent = hvlab("session", "export", "mine.jsonl", "sent.jsonl")
    data = (tmp_path / "sent.jsonl").read_bytes()
    assert sent.returncode == 0 and hashlib.sha256(data).hexdigest() in sent.stderr
    assert len(data.splitlines()) == 3 and sent.stdout == ""
    taken = hvlab("session", "import", "sent.jsonl", "--lang", "de")
    target = tmp_path / "hvlab" / "sessions" / "sandbox-001.jsonl"
    assert taken.returncode == 0 and f"hvlab console --session {target}" in taken.stderr
    assert target.read_bytes() == data
    assert hvlab("session", "import", "sent.jsonl").returncode == 0  # beside the first, not over it
    assert (tmp_path / "hvlab" / "sessions" / "sandbox-002.jsonl").exists()
    again = hvlab("session", "export", "mine.jsonl", "sent.jsonl")
    assert again.returncode == 2 and "not written over" in again.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xff\xfe\n", "line 1"),
        (b'{"format":1}\n', "line 1"),
        (HEADER.replace(b'"one-host"', b'"moon"'), "moon"),
        (HEADER.replace(b"null", b'"../../escape"', 1), "'../../escape'"),
        (HEADER + b'{"at":5,"kind":"command","text":"New-VM a"}\n', "after 5 events"),
        (HEADER + b'{"at":0,"kind":"stop"}\n', "the file was changed"),
        (HEADER + b'{"at":0,"kind":"rewind","to":7}\n', "line 2"),
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence(
    hvlab: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    refused = hvlab("session", "import", "x.jsonl")
    assert refused.returncode == 2 and says in refused.stderr
    assert len(refused.stderr.splitlines()) == 1 and not list(tmp_path.rglob("*-001.jsonl"))


def test_the_real_files_of_a_session_go_along(
    hvlab: Run, script: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_bytes(b"a real file\n" * 1000)
    work = script(f"Import-LabFile '{tmp_path / 'note.txt'}' D:\\note.txt; (Get-Item D:\\note.txt).Length")
    done = hvlab("run", work, "--session", "mine.jsonl")
    assert done.returncode == 0, done.stderr
    assert hvlab("session", "export", "mine.jsonl", "sent.jsonl").returncode == 0
    (kept,) = (tmp_path / "sent.jsonl.files").iterdir()
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == kept.name
    (tmp_path / "note.txt").unlink()
    for path in (tmp_path / "mine.jsonl.files").iterdir():
        path.unlink()
    taken = hvlab("session", "import", "sent.jsonl", "taken.jsonl")
    assert taken.returncode == 0, taken.stderr
    assert hvlab("replay", "taken.jsonl").returncode == 0
    kept.unlink()
    lost = hvlab("session", "export", "sent.jsonl", "other.jsonl")
    assert lost.returncode == 2 and not (tmp_path / "other.jsonl").exists()
