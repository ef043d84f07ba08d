"""The prompt offers what the console's completer offers, with its marks and places."""

from __future__ import annotations

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from hvlab.repl.prompt import LabCompleter
from hvlab.session.choices import completions
from hvlab.session.session import Session


def offered(session: Session, text: str) -> dict[str, tuple[int, str]]:
    found = LabCompleter(session).get_completions(Document(text), CompleteEvent())
    return {choice.text: (choice.start_position, choice.display_meta_text) for choice in found}


def test_the_prompt_and_the_console_offer_the_same() -> None:
    session = Session()
    session.run("New-VM web01")
    for text in ("Get-V", "Start-VM -", "Start-VM we", "New-VM a -VHDPath C:\\Im", "$tr"):
        assert list(offered(session, text)) == [c.text for c in completions(session, text, len(text))]


def test_machines_are_offered_where_a_machine_is_wanted() -> None:
    session = Session()
    session.run("New-VM web01; New-VM db01")
    assert list(offered(session, "Start-VM ")) == ["db01", "web01"]


def test_commands_of_the_lab_alone_are_marked_and_explained() -> None:
    choices = offered(Session(language="de"), "Wait-L")
    assert choices["Wait-Lab"][0] == -len("Wait-L")
    assert choices["Wait-Lab"][1].startswith("[lab] Wartet")
