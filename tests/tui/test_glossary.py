"""Words of the glossary on a lesson's page: underlined where they come first, explained in place, by key and mouse."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from hvlab.course import library
from hvlab.course.opening import open_session
from hvlab.course.view import open_lesson
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.lesson_pane import LessonPane
from hvlab.tui.line_pane import LinePane
from hvlab.tui.markdown import Glossary, lay_out, term_of
from hvlab.tui.palette import Palette
from hvlab.tui.term_screen import TermScreen
from tests.tui.conftest import PlainLesson


def linked(text: str, language: str = "en", width: int = 60) -> list[tuple[str, str]]:
    page = lay_out(text, width, Glossary(language))
    return [(said, term_of(style)) for row in page.lines for said, style in row if term_of(style)]


def test_only_the_first_use_on_a_page_is_a_link() -> None:
    assert linked("A **partition**, and a partition.\n\n- the VMBus\n\n> partitions") == [
        ("partition", "partition"),
        ("VMBus", "vmbus"),
    ]


def test_headings_code_and_tables_have_no_links() -> None:
    assert linked("## A partition\n\n`partition`\n\n```powershell\npartition\n```\n\n| partition |\n") == []


def test_a_word_over_two_rows_is_one_link_in_two_parts() -> None:
    assert linked("ein Text vor einer virtuellen Maschine", "de", 30) == [
        ("virtuellen", "virtual-machine"),
        ("Maschine", "virtual-machine"),
    ]


def test_marking_words_moves_nothing() -> None:
    body = library.find("first-child-partition").sections["de"]
    for page in body.values():
        bare, marked = lay_out(page, 38), lay_out(page, 38, Glossary("de"))
        assert [plain(row) for row in bare.lines] == [plain(row) for row in marked.lines]
        assert bare.commands == marked.commands


@pytest.mark.parametrize("coloured", [True, False])
def test_a_link_is_underlined_and_otherwise_as_it_was(coloured: bool) -> None:
    palette = Palette({}, coloured=coloured)
    bold, link = palette.style("bold"), palette.style("bold:vmbus")
    assert link.underline and not bold.underline and (link.bold, link.color) == (bold.bold, bold.color)


def first_lesson(language: str = "en") -> HvlabApp:
    lesson = library.find("first-child-partition")

    def view(session: Session) -> object:
        return open_lesson(lesson, session, language)

    return HvlabApp(lambda: open_session(lesson), view, language, frames=False)  # type: ignore[arg-type]


def box(app: HvlabApp) -> str:
    return "\n".join(plain(row) for row in app.screen.query_one("#term-box", LinePane).shown)


async def opened(app: HvlabApp, pilot: Pilot[object]) -> LessonPane:
    for _ in range(200):
        await pilot.pause()
        if app.query_one(LessonPane).lesson is not None:
            break
    await pilot.press("f2")
    await pilot.pause()
    return app.query_one(LessonPane)


@pytest.mark.parametrize(
    ("language", "first", "other"),
    [("en", "virtual machine", "partition"), ("de", "virtuelle Maschine", "Partition")],
)
async def test_a_key_explains_in_place_and_escape_leads_back(language: str, first: str, other: str) -> None:
    app = first_lesson(language)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await opened(app, pilot)
        top = pane.scroll_offset.y
        await pilot.press("g")
        await pilot.pause()
        assert box(app).splitlines()[0].startswith(f" {first}  1/")
        await pilot.press("1")  # what the entry names first
        await pilot.pause()
        assert box(app).splitlines()[0].strip() == other
        await pilot.press("escape")
        await pilot.pause()
        assert box(app).splitlines()[0].startswith(f" {first}  1/"), "first back to the page's own word"
        await pilot.press("right")
        await pilot.pause()
        assert "  2/" in box(app).splitlines()[0]
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, TermScreen)
        assert pane.has_focus and pane.scroll_offset.y == top


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_box_stays_on_the_screen_at_every_word(size: tuple[int, int]) -> None:
    app = first_lesson("de")
    async with app.run_test(size=size) as pilot:
        pane = await opened(app, pilot)
        await pilot.press("g")
        for _ in pane.terms():
            await pilot.pause()
            region = app.screen.query_one("#term-box").region
            assert app.screen.region.contains_region(region), region
            await pilot.press("right")


async def test_a_click_explains_a_word_and_one_beside_the_box_closes_it() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await opened(app, pilot)
        number, (term, row, begin, _) = next(
            (n, place) for n, place in enumerate(pane.terms()) if place[0] == "hypervisor"
        )
        offset = (begin + 1, row - pane.scroll_offset.y + pane.gutter.top)
        await pilot.click(LessonPane, offset=offset)
        await pilot.pause()
        assert isinstance(app.screen, TermScreen) and app.screen.term == term
        assert f"{number + 1}/" in box(app).splitlines()[0]
        await pilot.click(offset=(118, 1))
        await pilot.pause()
        assert not isinstance(app.screen, TermScreen)


async def test_a_link_out_of_the_glossary_asks_the_console() -> None:
    app = first_lesson()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(app, pilot)
        await pilot.press("g", "2")
        await pilot.pause()
        assert not isinstance(app.screen, TermScreen)
        said = "\n".join(text for text, _ in app.query_one(ConsolePane).logical)
        assert "Get-Help New-VM" in said


async def test_a_page_without_such_words_says_so() -> None:
    app = HvlabApp(Session(), PlainLesson, "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = await opened(app, pilot)
        await pilot.press("g")
        await pilot.pause()
        assert any("explains no word" in note.say() for note in pane.notes)
