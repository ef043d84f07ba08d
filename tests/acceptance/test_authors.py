"""An author's way through the `hvlab` command: begin, try, record a solution, prove, grade."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.conftest import Run


def test_from_an_empty_folder_to_a_graded_lesson(hvlab: Run, tmp_path: Path) -> None:
    begun = hvlab("lesson", "new", "my-first", "--lang", "de")
    assert begun.returncode == 0 and "my-first/lesson.toml" in begun.stdout.replace("\\", "/")
    assert "Ändern Sie ihre Dateien" in begun.stderr
    proved = hvlab("lesson", "lint", "my-first")
    assert (proved.returncode, proved.stdout) == (0, "my-first: ok\n")
    assert "Eine Maschine, die läuft" in hvlab("lesson", "preview", "my-first", "--lang", "de").stdout
    (tmp_path / "mine.ps1").write_text("New-VM demo; Get-VM; Start-VM demo; Submit-LabAnswer who-starts root")
    hvlab("run", "mine.ps1", "--session", "mine.jsonl")
    recorded = hvlab("lesson", "record", "mine.jsonl")
    assert recorded.stdout.splitlines()[:2] == ["New-VM demo", "Start-VM demo"]
    (tmp_path / "solution2.ps1").write_text("New-VM demo\nStart-VM demo\nSubmit-LabAnswer who-starts root\n")
    graded = hvlab("grade", "my-first", "solution2.ps1", "--report", "json")
    assert graded.returncode == 0 and json.loads(graded.stdout)["points"] == 5
    assert json.loads(hvlab("lesson", "schema").stdout)["title"] == "lesson.toml"


def test_a_bad_name_and_an_existing_folder_are_refused(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name, says in (("Mine", "small letters"), ("mine", "exists already")):
        refused = hvlab("lesson", "new", name)
        assert refused.returncode == 2 and says in refused.stderr and "Traceback" not in refused.stderr
