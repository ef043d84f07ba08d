"""Cells of a default table that find no room go on below, where a console asks for it."""

from __future__ import annotations

from hvlab.console.formatting import Formatter, by_name
from hvlab.console.formatting import table as lines
from hvlab.console.objects import custom_object
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.console_host import PaneHost


def table(rows: int, width: int = 74) -> list[str]:
    session = Session()
    session.run("New-VM web01")
    host = PaneHost(Text("en"))
    host.width = width
    host._formatter = Formatter(width, rows)
    session.shell.host = host
    session.run("Get-VM")
    host.statement_done()
    return [text for text, _ in host.take() if text]


def test_a_pane_shows_the_whole_state_where_a_console_cuts_it() -> None:
    assert "Operating no..." in table(1)[-1]
    *_, first, second = table(2)
    assert first.split()[:2] == ["web01", "Off"] and "Operating" in first and "..." not in first
    assert second.split() == ["normally"]
    at = first.index("Operating")
    assert second.index("normally") == at, "it goes on in its column"


def test_a_table_with_room_is_as_ever() -> None:
    assert table(2, 120) == table(1, 120)


def test_what_needs_more_rows_is_cut_in_the_last_one() -> None:
    records = [custom_object({"Name": "a", "Text": "one two three four five"})]
    columns = [by_name("Name"), by_name("Text")]
    assert lines(records, columns, 14, rows=2)[2:] == ["a    one two", "     three ..."]
    assert lines(records, columns, 14, rows=4)[2:] == ["a    one two", "     three", "     four five"]


def test_the_panes_console_goes_on_in_two_rows() -> None:
    assert PaneHost(Text("en"))._formatter.rows == 2


def test_columns_that_are_left_out_take_no_room_from_those_that_stay() -> None:
    names = ("A", "Middle", "Third column", "Fourth")
    records = [custom_object(dict(zip(names, ("a", "Synthetic", 12345, 123456789012), strict=True)))]
    rows = lines(records, [by_name(name) for name in names], 30)
    assert rows[0].split() == ["A", "Middle", "Third", "column"] and "Synthetic" in rows[2]
