"""The plain console: everything is a sentence in order, nothing is drawn, and all that the screen has is there."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hvlab.console.asking import Reply
from hvlab.console.history import History
from hvlab.course import library
from hvlab.course.cmdlets import CMDLETS
from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress
from hvlab.course.shown import LessonView
from hvlab.course.view import open_lesson
from hvlab.repl.driver import Driver
from hvlab.repl.plain import PlainConsole
from hvlab.repl.reading import read_page
from hvlab.repl.words import KEYS, Desk
from hvlab.session.replay import replay
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text
from tests.conftest import IMAGE

DRAWN = re.compile("[\u2500-\u259f\x1b\r\x07\x08]")
CREATE = f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE}"


def typed(lines: list[str], language: str = "en", desk: Desk | None = None) -> tuple[str, PlainConsole]:
    """What the console says to these lines."""
    written: list[str] = []
    waiting: Iterator[str] = iter(lines)
    desk = desk or Desk(Session(language=language), Text(language), History())
    console = PlainConsole(desk, lambda prompt: next(waiting, None), written.append, lambda record: "")
    console.run()
    return "".join(written), console


def lesson_desk(name: str, folder: object, language: str = "en") -> Desk:
    plan = library.find(name)
    session = Session(
        scenario=plan.scenario, platform=plan.platform, lesson=plan.id, cmdlets=CMDLETS, language=language
    )
    view: LessonView = open_lesson(plan, session, language)
    course = CourseMap(Progress(folder), language, plan.id)  # type: ignore[arg-type]
    return Desk(session, Text(language), History(), view, course)


@pytest.mark.parametrize("language", LANGUAGES)
def test_changes_are_announced_in_order_and_nothing_is_drawn(language: str) -> None:
    said, console = typed(
        [CREATE, "Start-VM web01", "Wait-Lab web01", ":state", ":state web01", ":events 40", ":help"],
        language,
    )
    text = Text(language)
    sentences = [f"web01: {text(f'tui.state.{state}')}." for state in ("off", "starting", "running")]
    sentences.append(f"web01: {text('tui.phase.running')}.")
    places = [said.index(sentence) for sentence in sentences]
    assert places == sorted(places)
    assert not DRAWN.search(said)
    assert not console.failed


def test_a_change_is_announced_once() -> None:
    said, _ = typed([CREATE, "Get-VM", "Get-VM", "Start-VM web01"])
    assert said.count("web01: Off.") == 1


def test_after_a_journey_one_is_told_where_one_is() -> None:
    said, _ = typed([CREATE, "Start-VM web01", "Undo-Lab"])
    assert "You are now at event 8, time 00:00:00.000." in said


def test_a_statement_may_go_over_several_lines_and_an_empty_one_ends_it() -> None:
    said, console = typed(["if ($true) {", "'inside'", "}", "'open", "", "'after'"])
    assert "inside\n" in said
    assert said.endswith("after\n")
    assert console.failed  # the string was never closed


def test_a_question_is_asked_and_the_answer_counts() -> None:
    said, console = typed([CREATE, "Remove-VM web01", "what?", "n", "Get-VM | Select -Expand Name"])
    assert "Remove-VM" in said
    assert said.endswith("web01\n")
    said, _ = typed(["Remove-VM web01", "y", "(Get-VM).Count"], desk=console.desk)
    assert said.endswith("0\n")


def kinds(session: Session) -> list[str]:
    return [f"{e.kind} {e.text}" if e.kind == "confirm" else e.kind for e in session.log.entries]


def test_the_end_of_input_stops_the_command_that_asks() -> None:
    _, console = typed([CREATE, "Remove-VM web01"])
    assert kinds(console.desk.session) == ["command", "command", "stop"]
    assert console.failed


def test_enter_means_yes_and_a_question_mark_says_what_may_be_typed() -> None:
    said, console = typed([CREATE, "Remove-VM web01", "?", "abort", "", "(Get-VM).Count"])
    assert said.count("Ctrl+C stops the command") == 2
    assert kinds(console.desk.session) == ["command", "command", "confirm yes", "command"]
    assert said.endswith("0\n")


@pytest.mark.parametrize(("letter", "word", "count"), [("A", "yes", "0"), ("l", "no", "3")])
def test_an_answer_to_all_holds_for_one_invocation_and_is_recorded_one_by_one(
    letter: str, word: str, count: str
) -> None:
    said, console = typed(["New-VM a; New-VM b; New-VM c", "Get-VM | Remove-VM", letter, "(Get-VM).Count"])
    assert said.count("Are you sure") == 1
    assert said.endswith(f"{count}\n")
    assert [kind for kind in kinds(console.desk.session) if "confirm" in kind] == [f"confirm {word}"] * 3
    said, _ = typed(["New-VM d; New-VM e", "Remove-VM d; Remove-VM e", letter, "n"], desk=console.desk)
    assert said.count("Are you sure") == 2


def test_ctrl_c_at_a_question_stops_the_whole_command_and_the_replay_stops_there_too(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    session = Session(log=path)
    lines: Iterator[str | None] = iter(
        ["New-VM a; New-VM b; New-VM c", "Get-VM | Remove-VM; New-VM z", "y", None, "Remove-VM c", "y"]
    )
    written: list[str] = []

    def read(prompt: str) -> str | None:
        line = next(lines, "exit")
        if line is None:
            signal.raise_signal(signal.SIGINT)
        return line

    PlainConsole(Desk(session, Text("en"), History()), read, written.append, lambda record: "").run()
    session.close()
    assert kinds(session)[3:] == ["command", "confirm yes", "stop", "command", "confirm yes"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    again = replay(path.read_bytes(), "s.jsonl")
    assert again.world.digest() == session.world.digest()
    assert again.log.entries == session.log.entries


def test_an_interrupt_stops_a_waiting_command_and_the_record_says_so() -> None:
    session = Session()
    pressed: list[bool] = []

    def press() -> None:
        if not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    driver = Driver(session, press, lambda caption, question: Reply(False))
    session.run(f"{CREATE}; Start-VM web01")
    before = session.world.now
    assert not driver.run("Wait-Lab -Seconds 3000")
    assert session.world.now < before + 3000 * 10**9
    assert [entry.kind for entry in session.log.entries][-2:] == ["command", "stop"]
    assert driver.run("Get-VM")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_running_in_slices_leaves_the_same_world_as_running_at_once() -> None:
    script = f"{CREATE}; Start-VM web01; Wait-Lab web01; Stop-VM web01"
    sliced, whole = Session(), Session()
    done = Driver(sliced, lambda: None, lambda c, q: Reply(True)).run(script)
    assert done == whole.run(script).ok
    assert sliced.world.digest() == whole.world.digest()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_can_be_read(booted: Session, language: str) -> None:
    desk = Desk(booted, Text(language), History())
    kinds = {event.kind: event.seq for event in booted.world.trace}
    for seq in kinds.values():
        for word in ("event", "why", "bytes", "inside"):
            said = desk.answers(f":{word} {seq}")
            assert said
            assert not DRAWN.search("\n".join(said))
    assert desk.answers(":event 0") == desk.answers(":event x") == desk.answers(":event 99999999999999")


def test_events_are_filtered_by_all_words(booted: Session) -> None:
    desk = Desk(booted, Text("en"), History())
    assert len(desk.answers(":events 3") or []) == 3
    assert all("INITIATE_CONTACT" in line for line in desk.answers(":events initiate_contact") or [])
    assert desk.answers(":events initiate_contact nowhere") == [Text("en")("repl.event.none")]
    assert len(desk.answers(":events all 50") or []) == 50


# -- lessons -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", library.ids())
def test_every_page_of_every_lesson_can_be_read(name: str, language: str) -> None:
    for page in library.find(name).sections[language].values():
        lines = read_page(page, Text(language))
        assert lines
        for line in lines:
            assert not DRAWN.search(line)
            assert "**" not in line
            assert "```" not in line


def test_a_lesson_is_worked_through_by_words(tmp_path: object) -> None:
    desk = lesson_desk("first-child-partition", tmp_path)
    said, _ = typed([":goals", CREATE, ":hint", ":hint", ":next", ":back", ":question", ":map"], desk=desk)
    steps = desk.lesson.steps()[1] if desk.lesson else 0
    assert f"Step 1 of {steps}." in said
    assert f"Step 2 of {steps}." in said
    assert "Goal reached: " in said
    assert "first-child-partition: " in said
    assert not DRAWN.search(said)


def test_what_an_answer_should_have_been_is_neither_told_nor_announced(tmp_path: object) -> None:
    desk = lesson_desk("three-silences", tmp_path)
    said, _ = typed(["Submit-LabAnswer hung nobody", ":goals"], desk=desk)
    assert "found nobody." in said
    assert "expected ," not in said


def test_a_hint_is_taken_only_when_its_cost_is_known(tmp_path: object) -> None:
    desk = lesson_desk("first-child-partition", tmp_path)
    assert desk.lesson is not None
    while (offer := desk.lesson.next_hint()) is None or not offer.cost:
        if offer is not None:
            desk.answers(":hint")
        elif not desk.lesson.next_step():
            pytest.skip("no lesson with a hint that costs something")
    taken = len(desk.session.hints)
    desk.answers(":hint")
    desk.answers(":goals")
    desk.answers(":hint")
    assert len(desk.session.hints) == taken
    desk.answers(":hint")
    assert len(desk.session.hints) == taken + 1


def test_another_lesson_is_opened_by_its_name(tmp_path: object) -> None:
    desk = lesson_desk("first-child-partition", tmp_path)
    said, _ = typed([":open nothing", f":open {library.ids()[-1]}", "Get-VM"], desk=desk)
    assert "There is no lesson nothing." in said
    assert desk.wanted == library.ids()[-1]
    assert not desk.session.log.entries


def test_another_language_is_spoken_from_then_on() -> None:
    said, _ = typed([":language de", ":state", ":language fr"])
    assert "Noch gibt es keine virtuelle Maschine." in said
    assert "en de" in said


def test_tables_are_read_row_by_row() -> None:
    page = "| Name | State |\n|---|---|\n| `web01` | **Off** |\n\n1. one\n   more\n2. two\n\n> said"
    assert read_page(page, Text("en")) == ["Name: web01; State: Off", "1. one more", "2. two", "said"]


# -- parity with the screen ------------------------------------------------------------------------

NO_NEED = {
    "move": "rows are read one after the other",
    "scroll": "nothing scrolls",
    "scroll_view": "nothing scrolls",
    "scroll_output": "nothing scrolls",
    "prompt": "one is always at the prompt",
    "dismiss": "nothing is open that hides something",
    "stay": "the map is printed, not opened",
    "arrange": "there are no panes",
    "tour": "there are no panes",
    "keys": "nothing but the line's own editing has keys",
}


def screen_actions() -> Iterator[str]:
    from textual.binding import Binding

    from hvlab.tui import (
        app,
        architecture,
        event_list,
        help_screen,
        inspector,
        lesson_pane,
        manager_pane,
        map_screen,
        network_pane,
        processors_pane,
        prompt,
        rings_pane,
        scrubber,
        storage_pane,
        view_pane,
    )

    for owner in (
        app.HvlabApp,
        architecture.ArchitecturePane,
        event_list.EventList,
        help_screen.HelpScreen,
        inspector.InspectorPane,
        lesson_pane.LessonPane,
        map_screen.MapScreen,
        prompt.PromptInput,
        processors_pane.ProcessorsPane,
        storage_pane.StoragePane,
        network_pane.NetworkPane,
        manager_pane.ManagerPane,
        rings_pane.RingsPane,
        scrubber.Scrubber,
        view_pane.ViewPane,
    ):
        for binding in owner.BINDINGS:
            assert isinstance(binding, Binding)
            yield binding.action


def plain_name(action: str) -> str:
    return action.partition("(")[0]


def test_every_action_of_the_screen_has_something_to_type() -> None:
    named = {plain_name(action) for _, action, _ in KEYS}
    panes = {action for _, action, _ in KEYS if plain_name(action) == "pane"}
    for action in screen_actions():
        name = plain_name(action)
        assert name in named or name in NO_NEED, action
        if name == "pane":
            assert action in panes
    shown = {plain_name(action) for action in screen_actions()}
    assert set(NO_NEED) <= shown


def test_every_entry_of_the_palette_has_something_to_type() -> None:
    import inspect

    from hvlab.tui import commands

    source = inspect.getsource(commands.entries)
    known = {plain_name(action) for _, action, _ in KEYS} | {"pane", "set_speed", "change_theme"}
    known |= {
        "save",
        *NO_NEED,
    }  # a picture of what stands on the screen: without one, all that is printed is text
    for name in re.findall(r"app\.action_(\w+)", source):
        assert name in known


def test_what_is_to_be_typed_works(tmp_path: object) -> None:
    desk = lesson_desk("first-child-partition", tmp_path)
    run: Callable[[str], object] = desk.session.run
    run(f"{CREATE}; Start-VM web01; Wait-Lab web01")
    for key, _, line in KEYS:
        if line.startswith(":"):
            said = desk.answers(line)
            assert said is not None
            assert not any(entry.startswith("There is no word") for entry in said), key
        elif line and line not in ("exit", "Ctrl+C"):
            assert desk.session.run(line).ok, line


# -- what a voice can do nothing with ----------------------------------------------------------------

DRAWING = "+------+  +------+\n| root |==| web01|\n+------+  +------+"


def test_a_picture_is_left_out_with_a_word_or_said_by_its_author() -> None:
    text = Text("en")
    assert read_page(f"```text\n{DRAWING}\n```\nafter", text) == ["Picture left out.", "after"]
    assert read_page(f'```text alt="Root and web01, joined."\n{DRAWING}\n```', text) == [
        "Root and web01, joined."
    ]
    assert read_page("```text\n+ 1 - 2\nName = web01\n```", text) == ["+ 1 - 2", "Name = web01"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", library.ids())
def test_no_line_of_a_lesson_is_drawn_with_ordinary_characters(name: str, language: str) -> None:
    for page in library.find(name).sections[language].values():
        assert not [
            line for line in read_page(page, Text(language)) if re.search(r"\+[-=]{3,}|[-=]{3,}\+", line)
        ]


def test_a_long_wait_says_that_it_goes_on_ever_more_rarely() -> None:
    said, _ = typed([CREATE, "Wait-Lab -Seconds 100", "Wait-Lab -Seconds 9"])
    times = re.findall(r"Still waiting, lab time 00:(\d\d):(\d\d)", said)
    assert times == [("00", "10"), ("00", "30"), ("01", "10")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_objects_are_read_one_a_line_and_format_table_still_makes_a_table(language: str) -> None:
    said, console = typed([CREATE, "New-VM db01", "Get-VM", "Get-VM | Format-Table Name, State"], language)
    rows = [line for line in said.splitlines() if line.startswith("Name: ")]
    assert [row.partition("; CPU")[0] for row in rows] == [
        "Name: web01; State: Off",
        "Name: db01; State: Off",
        "Name: db01; State: Off",
        "Name: web01; State: Off",
    ]
    assert "Name  State\n----- -----\n" in said or "Name  State\n----  -----\n" in said
    assert not console.failed


def test_a_guest_screen_is_read_without_blank_rows_padding_and_bars() -> None:
    said, _ = typed(
        [CREATE, "Start-VM web01", "vmconnect localhost web01", "Wait-Lab web01", "vmconnect . web01"]
    )
    screens = [line for line in said.splitlines() if "CTRL" in line or line.startswith("Windows Server")]
    assert screens[-2:] == ["Windows Server 2008 Enterprise", "Press CTRL + ALT + DELETE to log on"]
    assert "[#" not in said
    assert "\n\n" not in said


def test_looking_every_ten_seconds_leaves_the_same_world_as_running_at_once() -> None:
    script = f"{CREATE}; Start-VM web01; Wait-Lab -Seconds 60; Stop-VM web01"
    _, console = typed([script])
    whole = Session()
    assert whole.run(script).ok
    assert console.desk.session.world.digest() == whole.world.digest()


def test_an_unanswered_question_is_not_told_as_nothing_expected(tmp_path: object) -> None:
    desk = lesson_desk("integration-services", tmp_path)
    desk.session.run(
        "Start-LabWorkload acct -Operation Write -Count 8; Install-LabIntegrationService acct; "
        "Wait-Lab acct -For Heartbeat; Start-LabWorkload acct -Operation Write -Count 8"
    )
    said = desk.answers(":goals") or []
    assert "Open: You know how much that saves, 10 points." in said
    assert not [line for line in said if line.startswith("expected ,")]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "IDE 1:0 inserted, C:"), ("de", "IDE 1:0 eingelegt, C:")]
)
def test_a_disc_is_inserted_in_the_language_of_the_reader(
    language: str, words: str, tmp_path: object
) -> None:
    desk = lesson_desk("integration-services", tmp_path, language)
    said, _ = typed(["Install-LabIntegrationService acct"], language, desk)
    assert f"acct: {words}" in said
