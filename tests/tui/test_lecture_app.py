"""The projector: one key says, asks, shows and runs; what it shows really happens."""

from __future__ import annotations

from typing import Literal

import pytest

from hvlab.course import grading, library
from hvlab.course.classes import Trouble
from hvlab.course.lecture import lecture
from hvlab.course.polls import Tally, of_question
from hvlab.text import LANGUAGES
from hvlab.tui.canvas import plain
from hvlab.tui.lecture_app import LectureApp
from hvlab.tui.line_pane import LinePane
from tests.tui.conftest import run

LESSON = library.first()


class Voters:
    """A class that votes as it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.rounds = [[2, 5, 1]]

    def vote(self, act: Literal["open", "again", "show"], words: str = "") -> None:
        self.asked.append((act, words))
        if act == "again":
            self.rounds.append([0, 1, 7])

    def look(self) -> Tally:
        question = LESSON.question("guess-partition")
        assert question is not None
        ballot = of_question(question)
        assert ballot is not None
        return Tally(ballot, [votes[: len(ballot.choices)] for votes in self.rounds])


def said(app: LectureApp) -> str:
    return "\n".join(plain(row) for row in app.query_one("#lecture", LinePane).shown)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_one_key_leads_through_the_demo(language: str, size: tuple[int, int]) -> None:
    found = lecture(LESSON)
    voters = Voters()
    session = grading.open_session(LESSON)
    app = LectureApp(session, found, language, vote=voters.vote, look=voters.look, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        seen = []
        for _ in range(60):
            await pilot.press("pagedown")
            for _ in range(200):
                run(app, 30)
                assert app.desk is not None
                if not app.desk.runner.busy:
                    break
            await app.workers.wait_for_complete()
            await pilot.pause()
            seen.append(said(app))
            if app.showing.scene is None:
                break
        typed = [entry.text for entry in session.log.entries if entry.kind == "command"]
    for scene in found.scenes:
        assert any(scene.words[language][:20] in words for words in seen)
    assert typed[-1] == found.scenes[-1].command
    assert [act for act, _ in voters.asked[:4]] == ["open", "show", "again", "show"]
    assert voters.asked[0] == ("open", "guess-partition")
    assert any("█" in words for words in seen), "the distribution is shown"
    assert found.following is not None and found.following[1][language][:12] in seen[-1]
    assert not session.shell.runtime.error_list


async def test_going_back_undoes_what_the_scene_ran() -> None:
    session = grading.open_session(LESSON)
    app = LectureApp(session, lecture(LESSON), "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for _ in range(3):  # said; a show of hands; then the machine is made
            await pilot.press("pagedown")
            run(app, 60)
        assert session.run("(Get-VM web01).Name").exit_code == 0
        await pilot.press("pageup")
        run(app, 60)
        assert "Get-VM" not in session.log.entries[-1].text
        outcome = session.run("Get-VM web01 -ErrorAction Stop")
        assert outcome.errors, "the machine is gone again"


async def test_a_class_that_is_gone_is_told_and_the_key_goes_on() -> None:
    def vote(act: str, words: str) -> None:
        raise Trouble("classroom.link.unreachable", why="no route")

    app = LectureApp(grading.open_session(LESSON), lecture(LESSON), "en", vote=vote, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for _ in range(4):
            await pilot.press("pagedown")
            run(app, 60)
            await app.workers.wait_for_complete()
            await pilot.pause()
        assert "no route" in said(app)
        await pilot.press("pagedown")
        assert app.showing.done[-1] == "tell"
