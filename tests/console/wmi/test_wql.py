"""WQL: what queries mean, and that a text that is none is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.console.wmi.wql import DEEPEST, MISSING, BadQuery, Related, Select, condition, parse

ROW = {
    "name": "web01",
    "enabledstate": 2,
    "notes": None,
    "on": True,
    "__class": "Msvm_ComputerSystem",
    "__derivation": ["CIM_System"],
}


def holds(text: str) -> bool:
    return condition(text)(lambda name: lambda row: row.get(name.casefold(), MISSING))(ROW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name = 'WEB01'", True),
        ('Name <> "web01"', False),
        ("EnabledState = 2 AND Name LIKE 'web%'", True),
        ("EnabledState != 2 OR Name LIKE '_eb01'", True),
        ("Name LIKE '[u-x]eb0[0-9]'", True),
        ("NOT Name LIKE 'db%'", True),
        ("Name NOT LIKE 'web%'", False),
        ("EnabledState >= 2 AND EnabledState < 3", True),
        ("2 < EnabledState", False),
        ("3 > EnabledState", True),
        ("Notes IS NULL", True),
        ("Notes IS NOT NULL", False),
        ("On = TRUE", True),
        ("(EnabledState = 3 OR EnabledState = 2) AND NOT (Name = 'x')", True),
        ("EnabledState = 3 OR EnabledState = 2 AND Name = 'x'", False),
        ("__CLASS ISA 'CIM_System'", True),
        ("__CLASS ISA 'CIM_Service'", False),
        (r"Name = 'web\'01'", False),
    ],
)
def test_conditions_mean_what_they_mean_in_wmi(text: str, expected: bool) -> None:
    assert holds(text) is expected


def test_queries_name_their_parts() -> None:
    select = parse("select Name, EnabledState from Msvm_ComputerSystem where Name = 'a'")
    assert isinstance(select, Select)
    assert (select.properties, select.source) == (("Name", "EnabledState"), "Msvm_ComputerSystem")
    related = parse('ASSOCIATORS OF {X.Key="a b"} WHERE AssocClass = Y ResultClass = Z')
    assert related == Related('X.Key="a b"', False, {"assocclass": "Y", "resultclass": "Z"})
    assert parse("REFERENCES OF {X.Key='a'}") == Related("X.Key='a'", True)


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        ("", "a query begins with", 0),
        ("DELETE FROM x", "a query begins with", 0),
        ("SELECT FROM x", "FROM is missing", 12),
        ("SELECT * x", "FROM is missing", 9),
        ("SELECT * FROM", "a class is missing", 13),
        ("SELECT * FROM x WHERE", "a property is missing", 21),
        ("SELECT * FROM x WHERE a", "a comparison", 23),
        ("SELECT * FROM x WHERE a = ", "a value", 26),
        ("SELECT * FROM x WHERE (a = 1", ") is missing", 28),
        ("SELECT * FROM x WHERE a = 1 b", "'b' cannot stand here", 28),
        ("SELECT * FROM x; y", "';' is no part", 15),
        ("SELECT * FROM x WHERE a = 'open", "is no part", 26),
        ("ASSOCIATORS OF x", "{the path", 15),
        ("ASSOCIATORS OF {x} WHERE Colour = y", "'Colour' is no condition", 25),
        ("SELECT * FROM x WHERE a LIKE '[^b]'", "not modelled", 29),
        ("SELECT * FROM x WHERE " + "(" * 200, "nested", 22 + DEEPEST),
    ],
)
def test_what_is_no_query_is_refused_with_its_place(text: str, what: str, place: int) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text)
    assert what.strip(") ") in caught.value.what and caught.value.place == place


@given(st.text(alphabet="SELECTFROMWHEREabc ANDORNOTLIKE='\"(){}%_[]<>*,1.\\", max_size=60))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    try:
        found = parse(f"SELECT * FROM x WHERE {text}")
    except BadQuery:
        return
    assert isinstance(found, Select)
