"""The class code: what one person reads aloud and thirty type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.classroom.code import (
    PINNED,
    SECRET,
    BadCode,
    ClassCode,
    new_secret,
    parse_code,
    parse_place,
    pin_of,
)


@given(st.binary(min_size=PINNED, max_size=PINNED))
def test_a_code_is_read_back_however_it_is_typed(pin: bytes) -> None:
    code = ClassCode(pin, "ABCD2345")
    typed = str(code)
    assert parse_code(typed) == parse_code(typed.lower().replace("-", " ")) == code
    assert parse_code(typed.replace("O", "0").replace("I", "1").replace("B", "8")) == code


def test_a_secret_is_as_long_as_the_code_says() -> None:
    assert len(new_secret()) == SECRET * 8 // 5
    assert new_secret() != new_secret()


def test_only_the_certificate_that_is_meant_fits() -> None:
    code = ClassCode(pin_of(b"one"), "ABCD2345")
    assert code.fits(b"one") and not code.fits(b"two") and not code.fits(b"")


def test_a_place_is_a_code_and_an_address() -> None:
    code = ClassCode(bytes(PINNED), "ABCD2345")
    assert parse_place(f"{code}@desk") == (code, "desk", 8764)
    assert parse_place(f"{code}@desk:99") == (code, "desk", 99)
    assert parse_place(f"{code}@[::1]") == (code, "::1", 8764)
    assert parse_place(f"{code}@[::1]:99") == (code, "::1", 99)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("ABCD", "no-host"),
        ("ABCD@", "no-host"),
        ("AAAA-AAAA@desk", "length"),
        ("!!!!-AAAA-AAAA-AAAA-AAAA-AAAA@desk", "malformed"),
        ("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA@desk:0", "no-port"),
        ("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA@desk:x", "no-port"),
        ("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA@desk", "length"),
    ],
)
def test_what_is_no_place_is_told_apart(typed: str, reason: str) -> None:
    with pytest.raises(BadCode) as refused:
        parse_place(typed)
    assert refused.value.reason == reason
