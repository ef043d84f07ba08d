"""The emulated keyboard controller by itself: status, bytes, commands."""

from __future__ import annotations

from hvlab.devices.emulated.i8042 import DATA, DISABLE, ENABLE, SELF_TEST, STATUS, KeyboardController
from hvlab.devices.input.keyboard import BREAK, E0


def drained(controller: KeyboardController) -> list[int]:
    found = []
    while controller.read(STATUS) & 1:
        found.append(controller.read(DATA))
    return found


def test_a_key_is_its_code_and_a_released_one_has_the_highest_bit() -> None:
    controller = KeyboardController()
    assert controller.read(STATUS) == 0x04
    assert controller.press(0x1C, 0) and controller.press(0x1C, BREAK)
    assert controller.read(STATUS) == 0x05
    assert drained(controller) == [0x1C, 0x9C]
    assert controller.read(STATUS) == 0x04 and controller.read(DATA) == 0


def test_a_key_of_the_extended_block_comes_behind_e0() -> None:
    controller = KeyboardController()
    controller.press(0x53, E0)
    controller.press(0x53, E0 | BREAK)
    assert drained(controller) == [0xE0, 0x53, 0xE0, 0xD3]


def test_switched_off_it_takes_no_keys_and_raises_no_line() -> None:
    controller = KeyboardController()
    controller.write(STATUS, DISABLE)
    assert not controller.press(0x1C, 0) and drained(controller) == []
    controller.write(DATA, ENABLE)  # data for the keyboard, no command
    assert not controller.press(0x1C, 0)
    controller.write(STATUS, ENABLE)
    assert controller.press(0x1C, 0) and drained(controller) == [0x1C]


def test_the_self_test_is_passed_and_forgets_what_waited() -> None:
    controller = KeyboardController()
    controller.press(0x1C, 0)
    controller.write(STATUS, SELF_TEST)
    assert drained(controller) == [0x55]
