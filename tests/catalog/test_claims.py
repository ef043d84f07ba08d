"""Each of the handout's nine wrong statements: both platforms act differently, or say it in different words."""

from __future__ import annotations

import pytest

from hvlab import catalog
from hvlab.catalog.claims import wrong_claims
from hvlab.console.host import RecordingHost
from hvlab.session.session import Session

DOCUMENTED, OBEYING = "ws2008", "ws2008-handout"
WRONG = [6, 39, 43, 47, 50, 55, 58, 60, 80]
SHOWN = [row for row in WRONG if wrong_claims()[row].show]


def said(platform: str, command: str, language: str = "en", scenario: str = "one-host") -> str:
    """What a command gives last, whether or not a statement of it was refused."""
    host = RecordingHost()
    session = Session(scenario=scenario, platform=platform, exports=False, host=host, language=language)
    session.run(command)
    return str(host.objects[-1])


def test_the_nine_wrong_statements_are_listed() -> None:
    assert list(wrong_claims()) == WRONG
    assert said(DOCUMENTED, "(Get-LabClaim).Row -join ' '") == " ".join(map(str, WRONG))
    assert (
        said(DOCUMENTED, "(Get-LabClaim | Where-Object Shown -eq Behaviour).Row -join ' '")
        == "39 43 47 58 60"
    )
    assert SHOWN == [39, 43, 47, 58, 60]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("row", WRONG)
def test_each_platform_teaches_its_own_side(row: int, language: str) -> None:
    claim = wrong_claims()[row]
    command = f"(Get-LabClaim {row}).Taught"
    assert said(DOCUMENTED, command, language) == claim.fact[language]
    assert said(OBEYING, command, language) == claim.handout[language]
    assert claim.fact[language] != claim.handout[language]


@pytest.mark.parametrize("row", SHOWN)
def test_the_command_of_a_claim_gives_each_platforms_own_result(row: int) -> None:
    for platform in (DOCUMENTED, OBEYING):
        command = said(platform, f"(Get-LabClaim {row}).Command")
        scenario = said(platform, f"(Get-LabClaim {row}).Scenario")
        assert said(platform, command, scenario=scenario) == said(platform, f"(Get-LabClaim {row}).Expected")
    assert said(DOCUMENTED, f"(Get-LabClaim {row}).Expected") != said(
        OBEYING, f"(Get-LabClaim {row}).Expected"
    )


def test_every_text_has_both_languages_and_a_source() -> None:
    for claim in wrong_claims().values():
        assert sorted(claim.handout) == sorted(claim.fact) == ["de", "en"]
        assert claim.source


def test_only_the_handouts_platform_takes_its_side() -> None:
    assert [name for name in catalog.platforms() if catalog.platform(name).handout] == [OBEYING]


def test_a_row_that_is_not_wrong_is_refused_with_those_that_are() -> None:
    host = RecordingHost()
    session = Session(platform=DOCUMENTED, exports=False, host=host)
    assert not session.run("Get-LabClaim 7").ok


def test_the_handouts_platform_lists_older_systems_without_drivers() -> None:
    for system in ("win2000-sp4", "xp-sp3"):
        assert said(DOCUMENTED, f"(Get-LabGuest {system}).Drivers") == "ByHand"
        assert said(OBEYING, f"(Get-LabGuest {system}).Drivers") == "None"
