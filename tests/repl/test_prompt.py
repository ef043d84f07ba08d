"""The prompt offers what the console's completer offers, with its marks and places."""

from __future__ import annotations

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from hvlab.console.history import History
from hvlab.repl.prompt import LabCompleter, Patience, PromptHistory, toolbar_text, wrapped
from hvlab.repl.words import Desk
from hvlab.session.choices import completions
from hvlab.session.session import Session
from hvlab.text import Text


def offered(session: Session, text: str) -> dict[str, tuple[int, str]]:
    desk = Desk(session, Text("en"), History())
    found = LabCompleter(desk).get_completions(Document(text), CompleteEvent())
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


def test_words_are_offered_behind_a_colon() -> None:
    choices = offered(Session(), ":ev")
    assert list(choices) == [":events", ":event"]
    assert choices[":event"][0] == -3
    assert choices[":event"][1] == Text("en")("repl.word.event")


def test_the_toolbar_shows_clock_machines_and_breakpoints_as_far_as_there_is_room() -> None:
    session = Session()
    session.run("New-VM web01; New-VM db01; Set-LabBreakpoint -Kind vm.state")
    text = Text("en")
    assert toolbar_text(session, text, 120) == (
        " 00:00:00.000 | breakpoint 1 vm.state | web01 Off, db01 Off | Ctrl+D leaves "
    )
    assert "0 of 2 running" in toolbar_text(session, text, 75)
    assert len(toolbar_text(session, text, 30)) == 30


def test_the_history_is_given_newest_first_and_added_to() -> None:
    kept = History(["Get-VM", "Get-VMHost"])
    history = PromptHistory(kept)
    assert list(history.load_history_strings()) == ["Get-VMHost", "Get-VM"]
    history.store_string("Stop-VM web01")
    assert kept.entries() == ["Get-VM", "Get-VMHost", "Stop-VM web01"]


def test_a_report_on_a_long_wait_is_gone_before_output() -> None:
    written: list[str] = []
    patience = Patience(written.append, lambda: 20)
    patience.tell(lambda: "Waiting for a long, long time")
    assert written == ["\rWaiting for a long,"]
    patience.hide()
    assert written[-1] == "\r" + " " * 19 + "\r"
    patience.hide()
    assert len(written) == 2


def test_an_error_is_broken_between_words_and_what_points_at_a_place_is_not() -> None:
    told = "Get-X : The term is not recognized\n+ Get-X with much behind it\n+ ~~~~~\nshort\n"
    assert wrapped(told, 20) == (
        "Get-X : The term is\nnot recognized\n+ Get-X with much behind it\n+ ~~~~~\nshort\n"
    )


def test_what_stands_before_a_line_says_where_one_is_and_undo_takes_that_back() -> None:
    session = Session()
    assert session.shell.prompt == "PS C:\\> "
    session.run("cd C:\\Images")
    assert session.shell.prompt == "PS C:\\Images> "
    session.run("Undo-Lab")
    assert session.shell.prompt == "PS C:\\> "
