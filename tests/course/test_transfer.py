"""A task's solution and what was shown before it: alike but for names and numbers, or not."""

from __future__ import annotations

import pytest

from hvlab.course import library
from hvlab.course.transfer import rewritten, shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Start-VM web01", "Start-VM nt4"),
        ("New-VM a -MemoryStartupBytes 512MB", "New-VM b -MemoryStartupBytes 1GB"),
        (r"Copy-Item C:\\Images\\x.vhd D:\\y.vhd", r"Copy-Item 'C:\\Export\\z.vhd' E:\\z.vhd"),
        (
            "Set-VMNetworkAdapter a -StaticMacAddress 00155D000101",
            "Set-VMNetworkAdapter b -StaticMacAddress 00155D0A0B0C",
        ),
        ("Connect-VMNetworkAdapter a -SwitchName Office", "Connect-VMNetworkAdapter b -SwitchName Lab"),
    ],
)
def test_names_and_numbers_make_no_difference(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Start-VM web01", "Stop-VM web01"),
        ("Start-VM web01", "Start-VM web01, web02"),
        ("Start-LabWorkload a -Operation Write", "Start-LabWorkload a -Operation Read"),
        ("Wait-Lab a -For Heartbeat", "Wait-Lab a -For Idle"),
        ("Stop-VM a", "Stop-VM a -TurnOff"),
        ("Invoke-LabInstruction a 'ADD EAX, 1'", "Invoke-LabInstruction a 'MOV CR3, EAX'"),
    ],
)
def test_other_commands_and_options_do(one: str, other: str) -> None:
    assert shape(one) != shape(other)


def test_what_was_shown_is_written_with_the_names_of_the_task_and_in_its_own_order() -> None:
    shown = ["New-VM a 512MB", "Start-VM a", "Save-VM a", "Submit-LabAnswer x 3"]
    task = ["Start-VM b", "New-VM b 1GB", "Submit-LabAnswer y 4"]
    assert rewritten(shown, task, "Bring **b** up.") == ["New-VM b 1GB", "Start-VM b", "Save-VM b"]


def test_a_name_that_the_task_does_not_say_has_to_be_thought_of() -> None:
    assert rewritten([r"Export-VM a C:\\One"], [r"Export-VM b C:\\Two"], "Export b.") == [
        r"Export-VM b C:\\One"
    ]
    assert rewritten(["Set-VLan a 20"], ["Set-VLan b 30"], "Put b away.") == ["Set-VLan b 30"]


def test_every_lesson_of_the_course_but_the_exam_has_a_task_to_be_done_alone() -> None:
    without = [
        lesson.id
        for lesson in library.course_lessons()
        if not lesson.plan.exam and not any(step.alone and step.goals for step in lesson.plan.step)
    ]
    assert without == []
