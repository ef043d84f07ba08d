"""What people type from memory: modules, the host's name, verbs and parameters that are nearly right."""

from __future__ import annotations

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.session import Session


def values(session: Session, command: str) -> list[str]:
    host = RecordingHost()
    session.shell.host = host
    outcome = session.run(command)
    assert outcome.ok, [error.message for error in outcome.errors]
    return [str(value) for value in host.objects]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Set-LabBookmark here", "New-LabBookmark"),
        ("Restore-LabBranch 1", "Switch-LabBranch"),
        ("Resume-Lab", "Step-Lab"),
        ("Restore-VM web01", "Restore-VMSnapshot"),
        ("Get-WM", "Get-VM"),
        ("Strat-VM web01", "Start-VM"),
    ],
)
def test_a_verb_that_the_noun_does_not_have_leads_to_its_kin(typed: str, meant: str) -> None:
    explain = Session(exports=False).run(typed).errors[-1].explain
    assert explain is not None and explain[1]["suggestion"] == meant


def test_a_mistyped_beginning_of_a_parameter_leads_to_the_whole() -> None:
    explain = Session(exports=False).run("Set-VM db01 -Procesor 2").errors[-1].explain
    assert explain is not None and explain[1]["suggestion"] == "ProcessorCount"


def test_modules_are_loaded_and_listed_and_an_unknown_one_is_named() -> None:
    session = Session(exports=False)
    for name in ("Hyper-V", "hyperv", "Virtualization"):
        assert values(session, f"Import-Module {name}") == []
    assert values(session, "(Get-Module Hyper-V).ExportedCommands -contains 'Start-VM'") == ["True"]
    assert values(session, "(Get-Module nothing*).Count") == ["0"]
    refused = session.run("Import-Module Nothing").errors[-1]
    assert refused.error_id.startswith("Modules_ModuleNotFound")
    assert refused.explain == ("console.no_such_module", {"name": "Nothing"})


def test_hostname_is_the_simulated_host() -> None:
    session = Session(scenario="two-nodes", exports=False)
    assert values(session, "hostname") == [values(session, "(Get-VMHost).Name")[0]] == ["HV01"]


@pytest.mark.parametrize("command", ["whoami", "Restart-Service vmms", "Format-Custom"])
def test_what_is_left_out_says_what_to_do_instead(command: str) -> None:
    explain = Session(language="de", exports=False).run(command).errors[-1].explain
    assert explain is not None and explain[0] == "console.unsupported" and explain[1]["substitute"]
