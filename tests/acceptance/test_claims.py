"""The claim table: each row's commands do what the row says."""

from __future__ import annotations

import pytest

from tests.acceptance.claims import COLUMNS, NOT_YET, TEXT_ALONE, Row, rows, run

ROWS = rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row-{row.number}")
def test_a_row_holds(row: Row) -> None:
    assert run(row) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"row-{row.number}")
def test_a_row_is_whole(row: Row) -> None:
    assert tuple(row.columns) == COLUMNS
    for column in row.columns.values():
        assert ("run" in column) != ("none" in column)
        assert "none" in column or column.get("shows") or column.get("error")
    shown = any("run" in column for column in row.columns.values())
    assert shown or row.number in TEXT_ALONE


def test_each_claim_has_its_row_or_is_named_as_missing() -> None:
    written = {row.number for row in ROWS}
    assert len(written) == len(ROWS)
    assert written.isdisjoint(NOT_YET)
    assert written | NOT_YET == set(range(1, 116))


def test_a_row_that_does_not_hold_is_told() -> None:
    columns = {"do": {"run": "1 + 1", "shows": ["3"]}, "see": {"run": "Get-VM nobody", "shows": []}}
    told = run(Row(0, "", "one-host", "ws2008", columns))
    assert [text.partition(":")[0] for text in told] == ["do", "see"]
