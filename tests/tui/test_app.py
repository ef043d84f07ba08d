"""The screen as a person drives it: keys in, panes out. Frames are moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from hvlab.course.map import CourseMap
from hvlab.course.progress import Progress
from hvlab.course.shown import Goal
from hvlab.tui.app import HvlabApp
from hvlab.tui.architecture import ArchitecturePane
from hvlab.tui.bars import KeyBar, StatusBar
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.event_list import EventList
from hvlab.tui.guest_pane import GuestPane
from hvlab.tui.help_screen import HelpScreen
from hvlab.tui.inspector import InspectorPane
from hvlab.tui.lesson_pane import LessonPane, Note
from tests.tui.conftest import CREATE, PlainLesson, run

Maker = Callable[..., HvlabApp]
BIG, SMALL = (120, 40), (80, 24)


async def enter(pilot: Pilot[int], text: str) -> None:
    """Type a command and run it."""
    console = pilot.app.query_one(ConsolePane)
    console.type_command(text)
    await pilot.press("enter")
    await pilot.pause()


async def finish(app: HvlabApp, pilot: Pilot[int]) -> None:
    """Let the command under way come to its end."""
    await pilot.press("f9")
    assert app.desk is not None
    for _ in range(500):
        app.frame()
        if not app.desk.runner.busy:
            break
    await pilot.pause()


def output(app: HvlabApp) -> str:
    return "\n".join(text for text, _ in app.query_one(ConsolePane).logical)


def shown(app: HvlabApp, pane: str) -> str:
    found = app.query_one(f"#{pane}")
    rows = found.lines() if isinstance(found, EventList) else found.shown  # type: ignore[attr-defined]
    return "\n".join(plain(row) for row in rows)


async def test_the_prompt_has_the_keys_and_the_lesson_is_there(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        assert app.focused is app.query_one(ConsolePane).prompt
        assert "Three boxes." in shown(app, "lesson")
        assert "PS C:\\> " in shown(app, "prompt-label")
        assert "Goals: 0 of 2 done" in shown(app, "lesson")


async def test_a_command_runs_and_the_goals_follow(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press(*"Get-VM")
        await pilot.press("enter")
        await enter(pilot, CREATE)
        app.frame()
        assert CREATE in output(app)
        assert "web01" in output(app)
        assert "web01 · Off" in shown(app, "picture")
        assert "Goals: 1 of 2 done" in shown(app, "lesson")


async def test_a_command_entered_before_the_lab_is_built_is_not_lost(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        desk, app.desk = app.desk, None
        await enter(pilot, CREATE)
        assert "web01" not in output(app)
        app._session_source = desk.session  # type: ignore[union-attr]
        app._open()
        await pilot.pause()
        assert "web01" in output(app)


async def test_errors_are_red_and_explained(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, "Get-VM nobody")
        styles = {style for text, style in app.query_one(ConsolePane).logical if "nobody" in text}
        assert "bad" in styles
        assert "CategoryInfo" in output(app)


async def test_a_boot_is_seen_and_stopped(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted")
        run(app, 90)
        assert app.desk is not None
        assert app.desk.runner.busy
        assert "runs" in shown(app, "status")
        await pilot.press("ctrl+c")
        assert not app.desk.runner.busy
        assert "^C" in output(app)
        await pilot.press(*"abc", "ctrl+c")
        assert app.query_one(ConsolePane).prompt.value == ""


async def test_finish_brings_the_logon_screen(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted")
        await finish(app, pilot)
        assert "logon screen" in shown(app, "picture")
        assert "storvsc ide:0:0 ready 2.0" in shown(app, "picture")
        assert "INITIATE_CONTACT" in shown(app, "events")


async def test_pause_step_and_speed(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted")
        run(app, 30)
        await pilot.press("f6")
        assert app.desk is not None
        length = len(app.desk.session.world.trace)
        run(app, 30)
        assert len(app.desk.session.world.trace) == length
        assert "paused" in shown(app, "status")
        before = shown(app, "picture")
        await pilot.press("f8")
        assert len(app.desk.session.world.trace) > length
        assert shown(app, "picture") != before
        await pilot.press("f7")
        assert "quick" in shown(app, "status")
        await pilot.press("f6")
        run(app, 5)
        assert "paused" not in shown(app, "status")


async def test_without_a_command_the_clock_stands_until_let_run(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01")
        await finish(app, pilot)
        assert app.desk is not None
        now = app.desk.session.world.now
        run(app, 10)
        assert app.desk.session.world.now == now
        await pilot.press("f6")
        run(app, 60)
        assert app.desk.session.world.now > now
        assert app.desk.session.log.entries[-1].kind == "clock"


async def test_the_screen_goes_back_with_the_session(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted")
        await finish(app, pilot)
        assert app.desk is not None
        desk, trace = app.desk, app.desk.session.world.trace
        whole = len(trace)
        for command, fewer in (("Move-Lab 100", True), ("Move-Lab end", False), ("Undo-Lab 3", True)):
            await enter(pilot, command)
            await finish(app, pilot)
            run(app, 3)
            assert (len(trace) < whole) is fewer
            assert desk.feed.seq == len(trace) == sum(desk.feed.sums.kinds.values())
        await enter(pilot, "New-VM another")
        await finish(app, pilot)
        run(app, 3)
        assert desk.feed.seq == len(trace) == sum(desk.feed.sums.kinds.values())
        assert desk.session.travel.timeline.branches()[-1].present


async def test_an_event_fills_the_inspector(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted")
        await finish(app, pilot)
        await pilot.press("f4", "end", "up", "slash", *"initiate", "enter", "up")
        await pilot.pause()
        inspector = app.query_one(InspectorPane)
        assert inspector.event is not None
        assert inspector.event.get("name") == "INITIATE_CONTACT"
        assert "Because of" in shown(app, "inspector")
        await pilot.press("b")
        await pilot.pause()
        assert "0xd 0.13" in shown(app, "inspector")
        await pilot.press("w")
        await pilot.pause()
        assert "Start-VM web01" in shown(app, "inspector")
        await pilot.press("f5", "u")
        await pilot.pause()
        assert inspector.event.get("name") != "INITIATE_CONTACT"


async def test_the_list_folds_filters_and_changes_depth(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01; Wait-Lab -VM web01 -For Booted")
        await finish(app, pilot)
        events = app.query_one(EventList)
        story = len(events.shown)
        await pilot.press("f4", "s")
        assert len(events.shown) == len(app.desk.session.world.trace)  # type: ignore[union-attr]
        await pilot.press("s", "s", "3")
        assert len(events.shown) < story
        await pilot.press("3", "slash", *"port access", "enter", "up", "enter")
        assert any("touches port" in plain(row) for row in events.lines())
        await pilot.press("slash", "escape", "f")
        assert len(events.shown) >= story
        assert events.follow


async def test_every_pane_is_one_key_away_in_a_small_terminal(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        # An empty console gives its rows to the panes.
        app.query_one(ConsolePane).write([("said before", "")])
        panes = {"f2": LessonPane, "f3": ArchitecturePane, "f4": EventList, "f5": InspectorPane}
        for key, pane in panes.items():
            await pilot.press(key)
            await pilot.pause()
            assert app.query_one(pane).region.height >= 10
            assert app.query_one(ConsolePane).region.height >= 8
            others = [other for other in panes.values() if other is not pane]
            assert all(app.query_one(other).region.height == 0 for other in others)
            await pilot.press("escape")
            assert app.focused is app.query_one(ConsolePane).prompt


async def test_too_small_a_terminal_says_so(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(79, 24)) as pilot:
        await pilot.pause()
        assert "80 columns and 24 rows" in shown(app, "too-small")
        assert app.query_one("#too-small").region.height > 0
        assert app.query_one(ConsolePane).region.height == 0
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert app.query_one(ConsolePane).region.height > 0


async def test_after_too_small_a_window_the_prompt_has_the_keys_again(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        prompt = app.query_one(ConsolePane).prompt
        for pane in ("escape", "f4"):
            await pilot.press(pane)
            await pilot.resize_terminal(50, 14)
            await pilot.pause()
            assert app.focused is None
            await pilot.press("enter")
            await pilot.resize_terminal(120, 40)
            await pilot.pause()
            await pilot.pause()
            assert app.focused is prompt
        app.screen.set_focus(None)
        await pilot.press("enter")
        assert app.focused is prompt and prompt.value.startswith("New-VM"), (
            "Enter alone does what the prompt says"
        )


@pytest.mark.parametrize("size", [BIG, SMALL])
async def test_vmconnect_opens_the_guest_s_screen(make_app: Maker, size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await enter(pilot, CREATE)
        await enter(pilot, "vmconnect localhost web01")
        await pilot.pause()
        app.frame()
        assert "turned off" in shown(app, "guest")
        assert app.query_one(GuestPane).region.height >= 10
        await enter(pilot, "Start-VM web01; Wait-Lab -VM web01 -For Booted")
        await finish(app, pilot)
        app.frame()
        assert "CTRL + ALT + DELETE" in shown(app, "guest")
        await pilot.press("escape")
        await pilot.pause()
        assert app.query_one(GuestPane).region.height == 0


async def test_enter_in_the_picture_types_the_command(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, CREATE)
        app.frame()
        await pilot.press("f3", "down", "enter")
        await pilot.pause()
        assert "vmconnect localhost web01" in output(app)


async def test_a_click_on_a_command_puts_it_into_the_prompt(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        row = next(n for n, text in enumerate(shown(app, "lesson").split("\n")) if "New-VM" in text)
        await pilot.click(LessonPane, offset=(6, row + 1))
        await pilot.pause()
        assert app.query_one(ConsolePane).prompt.value == CREATE
        assert CREATE not in output(app)


async def test_lesson_steps_hints_and_question(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("f2", "h")
        assert "costs 1 point" in shown(app, "lesson")
        assert "Look below" not in shown(app, "lesson")
        await pilot.press("h")
        assert "Look below the child." in shown(app, "lesson")
        await pilot.press("a")
        await pilot.pause()
        await pilot.press(*"196", "enter")
        await pilot.pause()
        assert "Right." in output(app)
        await pilot.press("alt+right")
        assert "The second step." in shown(app, "lesson")
        await pilot.press("f2", "p")
        assert "Three boxes." in shown(app, "lesson")


async def test_history_walks_back_and_forth(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        for text in ("Get-VM", "Get-VMHost"):
            await enter(pilot, text)
        prompt = app.query_one(ConsolePane).prompt
        await pilot.press(*"dra", "up")
        assert prompt.value == "Get-VMHost"
        await pilot.press("up", "up")
        assert prompt.value == "Get-VM"
        await pilot.press("down", "down")
        assert prompt.value == "dra"


async def test_tab_completes_and_marks_the_lab_s_own(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        console = app.query_one(ConsolePane)
        await pilot.press(*"get-la", "tab")
        await pilot.pause()
        assert console.prompt.value == "Get-Lab" and not console.menu.is_open, (
            "what all have in common comes first"
        )
        await pilot.press("tab")
        await pilot.pause()
        assert console.menu.is_open
        assert all(choice.lab for choice in console.menu.choices)
        assert "only in this lab" in shown(app, "menu")
        await pilot.press("down", "enter", *"web01")
        await pilot.pause()
        chosen, _, typed = console.prompt.value.partition(" ")
        assert chosen.startswith("Get-Lab") and chosen != "Get-Lab" and typed == "web01"
        assert not console.menu.is_open
        console.drop_line()
        await pilot.press(*"Get-VMHoXX", "left", "left", "tab")
        assert console.prompt.value == "Get-VMHost ", "what the cursor stood in does not stick to the name"
        console.drop_line()
        await pilot.press(*"Get-VMH", "tab")
        await pilot.pause()
        await pilot.press("escape")
        assert not console.menu.is_open


async def test_an_unfinished_command_asks_for_more(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, "if ($true) {")
        assert ">> " in shown(app, "prompt-label")
        await enter(pilot, "'yes'")
        await enter(pilot, "}")
        assert "yes" in output(app).split("\n")
        assert "PS C:\\> " in shown(app, "prompt-label")


async def test_a_question_waits_for_an_answer(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, CREATE)
        await enter(pilot, "Remove-VM web01 -Confirm")
        app.frame()
        assert app.desk is not None
        if app.desk.runner.question is not None:
            await enter(pilot, "n")
            app.frame()
            assert not app.desk.runner.busy
            assert "web01" in shown(app, "picture")
            await enter(pilot, "Remove-VM web01 -Confirm")
            await enter(pilot, "y")
            app.frame()
        assert "no child partition" in shown(app, "picture")


async def test_a_question_takes_all_enter_and_ctrl_c(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, "New-VM a; New-VM b; New-VM c; New-VM d; New-VM e")
        assert app.desk is not None
        runner, log = app.desk.runner, app.desk.session.log

        def answers() -> list[str]:
            return [entry.text or entry.kind for entry in log.entries if entry.kind in ("confirm", "stop")]

        await enter(pilot, "Get-VM | Remove-VM")
        await enter(pilot, "?")
        assert runner.question is not None
        assert "Enter means Y" in output(app).replace("\n", " ")
        await enter(pilot, "")
        assert answers() == ["yes"]
        app.desk.interrupt()
        assert not runner.busy
        assert answers() == ["yes", "stop"]
        await enter(pilot, "Get-VM | Remove-VM")
        await enter(pilot, "a")
        assert not runner.busy
        assert answers() == ["yes", "stop", *["yes"] * 4]
        assert output(app).count("Are you sure") == 3


async def test_enter_alone_goes_on_where_the_step_asks_nothing_more(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("enter")
        assert app.query_one(LessonPane).lesson.steps() == (1, 2), "its question is open"  # type: ignore[union-attr]
        await enter(pilot, "196")
        assert "next step: Enter" in shown(app, "lesson")
        await pilot.press("enter")
        await pilot.pause()
        assert "The second step." in shown(app, "lesson")
        await pilot.press("enter")
        await pilot.pause()
        assert output(app).endswith("PS C:\\> ")


async def test_languages_switch_live(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, CREATE)
        app.action_language()
        await pilot.pause()
        assert "Root-Partition" in shown(app, "picture")
        assert "web01: Aus" in shown(app, "events")
        assert "Ziele" in shown(app, "lesson")
        assert "Eine Lektion" in str(app.query_one(LessonPane).border_title)
        app.action_language()
        await pilot.pause()
        assert "root partition" in shown(app, "picture")


@pytest.mark.parametrize("key", ["f2", "f3", "f4", "f5", "escape"])
async def test_help_is_about_the_pane_with_the_keys(make_app: Maker, key: str) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press(key, "f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        words = "\n".join(plain(row) for row in app.screen.query_one("#help-box").shown)  # type: ignore[attr-defined]
        assert "Ctrl+Q" in words
        assert "F6" in words
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_the_key_bar_can_be_clicked(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        row = plain(app.query_one(KeyBar).shown[0])
        await pilot.click(KeyBar, offset=(row.index("F4") + 1, 0))
        await pilot.pause()
        assert app.focused is app.query_one(EventList)


async def test_only_what_changed_is_repainted(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, CREATE)
        run(app, 90)
        picture, status = app.query_one(ArchitecturePane), app.query_one(StatusBar)
        before = picture.repainted, status.repainted
        run(app, 60)
        assert (picture.repainted, status.repainted) == before


async def test_the_palette_reaches_language_and_speed(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"deutsch")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause()
        assert app.text.language == "de"


@pytest.mark.parametrize(
    "theme", ["hvlab-light", "hvlab-contrast", "hvlab-safe", "textual-dark", "nord", "ansi-dark"]
)
async def test_every_theme_draws(make_app: Maker, theme: str) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01")
        app.theme = theme
        await pilot.pause()
        run(app, 10)
        assert "web01" in shown(app, "picture")


async def test_exit_leaves(make_app: Maker) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=BIG) as pilot:
        assert app.query_one(LessonPane).region.height == 0
        await enter(pilot, "exit")
    assert app.return_code == 0


async def test_the_inspector_lets_go_of_what_was_undone(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, f"{CREATE}; Start-VM web01")
        await finish(app, pilot)
        await pilot.press("f4", "end", "up", "w")
        await pilot.pause()
        inspector = app.query_one(InspectorPane)
        assert inspector.event is not None
        await pilot.press("escape")
        await enter(pilot, "Undo-Lab 2")
        await pilot.resize_terminal(*SMALL)
        await finish(app, pilot)
        assert inspector.event is None
        assert "Choose an event" in shown(app, "inspector")


async def test_the_open_question_can_be_answered_where_commands_are_typed(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        asked = app.query_one(LessonPane).lesson
        assert isinstance(asked, PlainLesson)
        assert app.query_one(ConsolePane).prompt.placeholder.startswith(f"Enter brings: {CREATE[:40]}")
        await enter(pilot, "12")
        app.frame()
        assert asked.asked.given == ["12"] and "✗ Look at the bytes." in shown(app, "output")
        await enter(pilot, "a")
        await enter(pilot, "dunno")
        assert "A number, please." in shown(app, "output") and asked.asked.given == ["12"]
        await enter(pilot, "196")
        assert asked.asked.given == ["12", "196"] and "✓ Right." in shown(app, "output")
        await pilot.pause()
        assert app.query_one(ConsolePane).prompt.placeholder == "Enter: the next step"
        await enter(pilot, "196")
        app.frame()
        assert asked.asked.given == ["12", "196"] and "PS C:\\> 196" in shown(app, "output")


async def test_a_passed_lesson_is_told_at_the_prompt_and_enter_goes_on(
    make_app: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = make_app()
    finished: list[object] = []
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        assert isinstance(pane.lesson, PlainLesson)
        await enter(pilot, "196")
        pane.lesson.next_step()
        monkeypatch.setattr(
            pane.lesson, "goals", lambda: [Goal("made", "A machine exists", "pass", "", "", 1)]
        )
        monkeypatch.setattr(app, "open_lesson", finished.append)
        app.course = CourseMap(Progress(tmp_path), "en")
        pane.redraw()
        await pilot.pause()
        assert app.query_one(ConsolePane).prompt.placeholder == "The lesson is passed. Enter: the next one"
        await pilot.press("enter")
        await pilot.pause()
        assert finished == [app.course.following()]


async def test_a_guess_has_no_tick_and_its_answer_is_told_at_the_prompt(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        lesson = app.query_one(LessonPane).lesson
        assert isinstance(lesson, PlainLesson)
        lesson.asked.guess = True
        await enter(pilot, "196")
        assert "· Right." in shown(app, "output") and "✓ Right" not in shown(app, "output")
        assert shown(app, "output").count("★ Your guess was right.") == 1
        await enter(pilot, "Get-VM")
        app.frame()
        assert shown(app, "output").count("★ Your guess was right.") == 1, "told once"


@pytest.mark.parametrize("word", ["exit", "quit", "BYE"])
async def test_words_that_leave(make_app: Maker, word: str) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await enter(pilot, word)
        assert app.return_code == 0


async def test_ctrl_d_leaves_only_where_nothing_is_typed(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("x", "home", "ctrl+d")
        assert app.return_code is None and app.query_one(ConsolePane).prompt.value == ""
        await pilot.press("ctrl+d")
        assert app.return_code == 0


async def test_no_character_is_lost_where_the_console_breaks_a_long_line(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        console = app.query_one(ConsolePane)
        console.write([(f"line {number}", "") for number in range(60)])
        await pilot.pause()
        word = "0123456789" * 30
        console.write([(word, "")])
        await pilot.pause()
        output = console.output
        width = output.scrollable_content_region.width
        assert width < output.size.width, "a scroll bar covers the rest"
        rows = [output.render_line(row).text[:width] for row in range(output.size.height)]
        assert word in "".join(row.rstrip() for row in rows)


async def test_a_note_said_again_moves_to_the_end_instead_of_piling_up(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        for text in ("first", "second", "first"):
            pane.note(Note(partial(str, text), ""))
        assert [note.say() for note in pane.notes] == ["second", "first"]


async def test_what_was_said_of_a_wrong_answer_gives_way_to_what_is_said_of_the_next(make_app: Maker) -> None:
    app = make_app()
    async with app.run_test(size=BIG) as pilot:
        await pilot.pause()
        pane = app.query_one(LessonPane)
        for text, question in (("a hint", ""), ("wrong", "why"), ("of another", "which"), ("right", "why")):
            pane.note(Note(partial(str, text), "", question=question))
        assert [note.say() for note in pane.notes] == ["a hint", "of another", "right"]


@pytest.mark.parametrize(("size", "language"), [(BIG, "en"), (SMALL, "de")])
async def test_the_help_cuts_no_sentence(make_app: Maker, size: tuple[int, int], language: str) -> None:
    app = make_app(language=language)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f2", "f1")
        await pilot.pause()
        box = app.screen.query_one("#help-box")
        rows = [plain(row) for row in box.shown]  # type: ignore[attr-defined]
        assert max(len(row) for row in rows) <= box.size.width
        words = " ".join(" ".join(rows).split())
        assert app.text("tui.keys.pause") in words and app.text("tui.keys.time") in words
