"""Wire tables: what is packed is what is parsed and what is shown."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.kernel import Field, Layout

GUID = uuid.UUID("ba6163d9-04a1-4d29-b605-72e2ffb1dc7f")
ALL = Layout(
    "All",
    Field("a", "u8"),
    Field("b", "u16", shown="hex"),
    Field("c", "u32", names={1: "one"}),
    Field("d", "u64", flags={1: "x", 8: "y"}),
    Field("e", "i32"),
    Field("f", "guid", since="2.4"),
    Field("g", "bytes", 12),
)
BIG = Layout("Big", Field("a", "u32"), Field("b", "guid"), Field("c", "u16", shown="hex"), order=">")
VALUES = st.fixed_dictionaries(
    {
        "a": st.integers(0, 255),
        "b": st.integers(0, 0xFFFF),
        "c": st.integers(0, 2**32 - 1),
        "d": st.integers(0, 2**64 - 1),
        "e": st.integers(-(2**31), 2**31 - 1),
        "f": st.uuids(),
        "g": st.binary(min_size=12, max_size=12),
    }
)


def texts(layout: Layout, **values: Any) -> dict[str, str]:
    return {view.name: view.text for view in layout.describe(layout.pack(**values))}


def test_fields_follow_one_another_without_gaps() -> None:
    assert ALL.offsets == {"a": 0, "b": 1, "c": 3, "d": 7, "e": 15, "f": 19, "g": 35}
    assert ALL.size == 47


@given(VALUES, st.binary(max_size=5))
def test_what_is_packed_is_what_is_parsed_and_shown(values: dict[str, Any], before: bytes) -> None:
    data = before + ALL.pack(**values)
    assert ALL.unpack(data, len(before)) == values
    views = ALL.describe(data, len(before))
    assert {view.name: view.value for view in views} == values
    assert b"".join(view.raw for view in views) == data[len(before) :]
    assert [view.offset for view in views] == [len(before) + at for at in ALL.offsets.values()]


def test_what_is_not_given_is_zero() -> None:
    assert ALL.pack() == bytes(47)
    assert ALL.pack(g=b"ab")[35:] == b"ab" + bytes(10)


def test_an_id_is_little_endian_in_its_first_three_parts_unless_the_table_is_big_endian() -> None:
    assert ALL.pack(f=GUID)[19:35] == GUID.bytes_le == ALL.pack(f=GUID.bytes_le)[19:35]
    data = BIG.pack(a=1, b=GUID, c=0x1234)
    assert data == b"\0\0\0\1" + GUID.bytes + b"\x12\x34"
    assert BIG.unpack(data) == {"a": 1, "b": GUID, "c": 0x1234}
    assert texts(BIG, a=1, b=GUID, c=0x1234) == {"a": "1", "b": str(GUID), "c": "0x1234"}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("a", 255, "255"),
        ("b", 255, "0xff"),
        ("c", 1, "1 one"),
        ("c", 2, "2 ?"),
        ("d", 9, "9 x | y"),
        ("d", 2, "2"),
        ("e", -1, "-1"),
        ("f", GUID, str(GUID)),
        ("g", bytes(12), "12 x 00"),
        ("g", bytes(range(1, 13)), "01 02 03 04 05 06 07 08 ..."),
        ("g", b"\0\0\0\0\0\0\0\0\0\0\0\1", "00 00 00 00 00 00 00 00 ..."),
    ],
)
def test_how_a_value_reads(name: str, value: Any, text: str) -> None:
    assert texts(ALL, **{name: value})[name] == text


def test_eight_bytes_are_shown_whole_and_a_negative_number_in_hex_as_its_bits() -> None:
    small = Layout("Small", Field("raw", "bytes", 8), Field("status", "i32", shown="hex"))
    assert texts(small, raw=b"12345678", status=-1) == {
        "raw": "31 32 33 34 35 36 37 38",
        "status": "0xffffffff",
    }


def test_a_field_says_with_which_version_it_came() -> None:
    assert [view.since for view in ALL.describe(bytes(47))] == [None] * 5 + ["2.4", None]


@pytest.mark.parametrize("length", range(48))
def test_what_is_cut_short_is_shown_as_far_as_it_goes(length: int) -> None:
    whole = [name for name, at in zip(ALL.offsets, [1, 3, 7, 15, 19, 35, 47], strict=True) if at <= length]
    assert [view.name for view in ALL.describe(bytes(length))] == whole


@pytest.mark.parametrize("values", [{"x": 1}, {"g": bytes(13)}])
def test_what_the_table_has_no_room_for_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=r"argument 'x'|room for 12"):
        ALL.pack(**values)


def test_a_table_in_native_order_would_have_gaps_and_is_refused() -> None:
    with pytest.raises(ValueError, match="declared"):
        Layout("Native", Field("a", "u8"), Field("b", "u32"), order="@")


@given(VALUES, st.binary(max_size=5), st.sets(st.sampled_from("abcdefg")))
def test_a_reader_takes_its_fields_and_no_others(
    values: dict[str, Any], before: bytes, wanted: set[str]
) -> None:
    names = [field.name for field in ALL.fields if field.name in wanted]
    taken = ALL.reader(*names)(before + ALL.pack(**values), len(before))
    raw = {**values, "f": values["f"].bytes_le}
    assert taken == tuple(raw[name] for name in names)


@pytest.mark.parametrize("names", [("b", "a"), ("a", "a"), ("z",)])
def test_a_reader_wants_names_in_the_structs_order(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="All"):
        ALL.reader(*names)
