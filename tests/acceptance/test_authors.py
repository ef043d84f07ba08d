"""An author's way through the `hvlab` command: begin, try, record a solution, prove, grade."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hvlab.cli_lessons import lesson
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


WORK = r"""
New-VM web01 512MB -VHDPath C:\Images\WS2008-x64.vhd
New-LabBookmark start
Get-VM
New-VMSwitch Inside -SwitchType Private
Undo-Lab
New-VMSwitch LAN -NetAdapterName 'Local Area Connection'
Connect-VMNetworkAdapter web01 -SwitchName LAN
New-VM wrong 512MB -NoVHD
New-LabBookmark astray
Set-VMProcessor web01 -Count 4
Undo-Lab -Count 2
Set-VMProcessor web01 -Count 2
Start-VM web01
Wait-Lab web01 -For Heartbeat
Get-VM web01
"""


def test_recorded_work_becomes_a_lesson_that_lacks_only_words(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "work.ps1").write_text(WORK)
    hvlab("run", "work.ps1", "--session", "work.jsonl")
    drafted = hvlab("lesson", "record", "work.jsonl", "two-processors", "--lang", "de")
    assert drafted.returncode == 0 and "Replace" not in drafted.stderr and "Ein Entwurf mit" in drafted.stderr
    folder = tmp_path / "two-processors"
    start, solution = (folder / name for name in ("start.ps1", "solution.ps1"))
    assert start.read_text() == "New-VM web01 512MB -VHDPath C:\\Images\\WS2008-x64.vhd\n"
    assert (
        solution.read_text().splitlines()
        == [  # the branch that ended, without what was undone or only looked
            "New-VMSwitch LAN -NetAdapterName 'Local Area Connection'",
            "Connect-VMNetworkAdapter web01 -SwitchName LAN",
            "Set-VMProcessor web01 -Count 2",
            "Start-VM web01",
            "Wait-Lab web01 -For Heartbeat",
        ]
    )
    proved = hvlab("lesson", "lint", "two-processors")
    problems = proved.stdout.splitlines()[1:]
    assert proved.returncode == 1 and problems
    assert all(line.endswith("still to be written (TODO)") for line in problems), proved.stdout
    (tmp_path / "nothing.ps1").write_text("Get-VM\n")
    for name, status in ((str(solution), 0), ("nothing.ps1", 1)):
        assert hvlab("grade", "two-processors", name).returncode == status
    wrong = solution.read_text().replace("-Count 2", "-Count 4")
    (tmp_path / "wrong.ps1").write_text(wrong)
    graded = json.loads(hvlab("grade", "two-processors", "wrong.ps1", "--report", "json").stdout)
    assert [row["id"] for row in graded["checks"] if row["verdict"] == "fail"] == ["web01-processorcount"]
    for name in ("lesson.toml", "en.md", "de.md"):  # the author fills in the words, whatever they are
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("TODO", "Thus"), encoding="utf-8")
    assert hvlab("lesson", "lint", "two-processors").stdout == "two-processors: ok\n"


def test_a_draft_without_words_is_not_passed_on(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "work.ps1").write_text("New-VM a 64MB -NoVHD\n")
    hvlab("run", "work.ps1", "--session", "work.jsonl")
    hvlab("lesson", "record", "work.jsonl", "mine")
    refused = hvlab("lesson", "install", "mine", "--name", "pack")
    assert refused.returncode == 2 and "still to be written (TODO)" in refused.stderr
    refused = hvlab("lesson", "install", "work.jsonl")
    assert refused.returncode == 2 and "a folder of lessons or an archive" in refused.stderr


@pytest.mark.parametrize(
    ("language", "says"), [("en", "YOU WORK, IT WRITES"), ("de", "SIE ARBEITEN, ES SCHREIBT")]
)
def test_the_guide_is_found_from_help_and_names_commands_that_there_are(
    hvlab: Run, language: str, says: str
) -> None:
    assert "hvlab lesson guide" in hvlab("lesson", "--help").stdout
    page = hvlab("lesson", "guide", "--lang", language).stdout
    assert says in page and "New-LabBookmark start" in page
    named = set(re.findall(r"hvlab lesson (\w+)", page))
    assert {"record", "new", "lint"} <= named <= set(lesson.commands)


def test_where_the_start_ends_may_be_said(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "work.ps1").write_text("New-VM a 64MB -NoVHD\nNew-LabBookmark mine\nNew-VM b 64MB -NoVHD\n")
    hvlab("run", "work.ps1", "--session", "work.jsonl")
    for until, folder in (("mine", "one"), ("1", "two")):
        drafted = hvlab("lesson", "record", "work.jsonl", folder, "--start-until", until)
        assert drafted.returncode == 0 and "Everything" not in drafted.stderr
        assert (tmp_path / folder / "start.ps1").read_text() == "New-VM a 64MB -NoVHD\n"
        assert (tmp_path / folder / "solution.ps1").read_text() == "New-VM b 64MB -NoVHD\n"
    whole = hvlab("lesson", "record", "work.jsonl", "three")
    assert (
        "Everything you did is the solution" in whole.stderr
        and not (tmp_path / "three" / "start.ps1").exists()
    )
    for until, says in (("9", "its steps are 1, 3"), ("nowhere", "there is no bookmark")):
        refused = hvlab("lesson", "record", "work.jsonl", "four", "--start-until", until)
        assert refused.returncode == 2 and says in refused.stderr and "Traceback" not in refused.stderr
    assert hvlab("lesson", "record", "work.jsonl", "one").returncode == 2, "nothing is written over"


def test_a_bad_name_and_an_existing_folder_are_refused(hvlab: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name, says in (("Mine", "small letters"), ("mine", "exists already")):
        refused = hvlab("lesson", "new", name)
        assert refused.returncode == 2 and says in refused.stderr and "Traceback" not in refused.stderr
