"""A lesson's files: what is read, and the sentence for each way of being wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import answers, library, loading
from hvlab.course.model import BadLesson
from tests.course.support import LESSON, TEXT, load, write_lesson


def refusal(folder: Path, **changed: str) -> str:
    """The sentence with which a lesson is refused."""
    with pytest.raises(BadLesson) as error:
        load(folder, **changed)
    return str(error.value)


def test_a_lesson_is_read_whole(tmp_path: Path) -> None:
    lesson = load(tmp_path / "l")
    assert (lesson.id, lesson.minutes, lesson.platform, lesson.scenario, lesson.seed) == (
        "small",
        5,
        "ws2008",
        "one-host",
        0,
    )
    assert lesson.max_points == 40 and lesson.title["de"] == "Klein"
    assert list(lesson.sections["en"]) == ["one", "two", "three"]
    assert lesson.sections["de"]["two"] == "## Two\n\nzwei"
    assert lesson.question("count") is not None and lesson.question("nothing") is None
    assert lesson.scripts_like("wrong-*.ps1") == ["wrong-b.ps1"]
    assert lesson.start() == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("minutes = 5", "minuts = 5", "unknown field `minuts`; did you mean `minutes`?"),
        ("minutes = 5", "zzz = 5\nminutes = 5", "unknown field `zzz`"),
        ("expression =", "expresion =", "did you mean `expression`?"),
        ("cost = 2", "costs = 2", "did you mean `cost`?"),
        ('kind = "vm.state"', 'knd = "vm.state"', "did you mean `kind`?"),
        ("minutes = 5", 'minutes = "5"', "Expected `int`, got `str`"),
        ("minutes = 5\n", "", "missing required field `minutes`"),
        ("minutes = 5", "minutes = ", "line 3"),
        (
            'goals = ["made", "noted"]',
            'goals = ["mde"]',
            "step one names the check 'mde', which there is not; did you mean 'made'?",
        ),
        (
            'question = "count"',
            'question = "cuont"',
            "step two names the question 'cuont', which there is not; did you mean 'count'?",
        ),
        (
            'correct = "second"',
            'correct = "secnd"',
            "question which names the choice 'secnd', which there is not; did you mean 'second'?",
        ),
        ('needs = ["made"]', 'needs = ["qqq"]', "check never names the check 'qqq', which there is not"),
        (
            'answer = "which"',
            'answer = "witch"',
            "check choice names the question 'witch', which there is not; did you mean 'which'?",
        ),
        ('id = "noted"', 'id = "made"', "the id 'made' is used twice"),
        ('id = "two"', 'id = "one"', "the id 'one' is used twice"),
        ('[[question]]\nid = "which"', '[[question]]\nid = "count"', "the id 'count' is used twice"),
    ],
)
def test_a_wrong_plan_is_named_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert LESSON.count(old) >= 1
    text = refusal(tmp_path / "l", lesson_toml=LESSON.replace(old, new, 1))
    assert "lesson.toml" in text and words in text and "\n" not in text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("## Two {#two}", "## Two", "line 9: a section's heading ends in {#step-id}"),
        ("## Two {#two}", "## Two {#Two}", "line 9: a section's heading ends in {#step-id}"),
        ("## Two {#two}", "## Two {#one}", "line 9: a second section {#one}"),
        (
            "## Two {#two}",
            "## Two {#tow}",
            "no section {#two} for that step of lesson.toml; {#tow} is no step",
        ),
        ("## Two {#two}\n", "\n", "no section {#two} for that step of lesson.toml"),
        ("two\n", "## More {#more}\n", "the section {#more} is no step of lesson.toml"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_text_that_does_not_fit_the_plan_is_named(
    tmp_path: Path, old: str, new: str, words: str, language: str
) -> None:
    text = refusal(tmp_path / "l", **{f"{language}_md": TEXT.replace(old, new, 1)})
    assert f"{language}.md" in text and words in text


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadLesson, match=r"there is no lesson\.toml"):
        loading.load(tmp_path)
    (write_lesson(tmp_path / "l") / "de.md").unlink()
    with pytest.raises(BadLesson, match=r"de\.md"):
        loading.load(tmp_path / "l")


@pytest.mark.parametrize("name", ["lesson.toml", "en.md", "de.md"])
def test_what_is_not_utf8_is_named(tmp_path: Path, name: str) -> None:
    folder = write_lesson(tmp_path / "l")
    (folder / name).write_bytes(b"id = '\xff'")
    with pytest.raises(BadLesson) as error:
        loading.load(folder)
    assert name in str(error.value)


def test_every_file_that_matters_is_in_the_digest(tmp_path: Path) -> None:
    digest = load(tmp_path / "a").digest
    assert load(tmp_path / "b").digest == digest, "where it lies does not matter"
    others = {
        load(tmp_path / "c", lesson_toml=LESSON.replace("points = 10", "points = 11")).digest,
        load(tmp_path / "d", en_md=TEXT.replace("two\n", "2\n")).digest,
        load(tmp_path / "e", de_md=TEXT).digest,
        load(tmp_path / "f", start_ps1="New-VM z").digest,
        load(tmp_path / "g", start_ps1="New-VM y").digest,
    }
    assert len(others) == 5 and digest not in others


def test_a_choice_is_meant_by_number_id_or_text(tmp_path: Path) -> None:
    question = load(tmp_path / "l").question("which")
    assert question is not None
    for text in ("2", " 2 ", "second", "SECOND", "the second", "Die zweite"):
        assert answers.as_recorded(question, text) == "second"
    for text in ("0", "3", "seconds", ""):
        assert answers.as_recorded(question, text) == text


def test_lessons_are_found_by_id_and_by_folder(tmp_path: Path) -> None:
    lesson = library.first()
    assert library.find(lesson.id).digest == lesson.digest
    assert library.find(str(lesson.folder)).id == lesson.id
    assert library.find(str(write_lesson(tmp_path / "l"))).id == "small"
    with pytest.raises(BadLesson, match="did you mean 'first-child-partition'"):
        library.find("first-child-partiton")
    with pytest.raises(BadLesson, match="there are: first-child-partition"):
        library.find("qqqqqqqq")


@pytest.mark.parametrize("kind", ["scenario", "platform"])
def test_a_lab_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path, kind: str) -> None:
    said = refusal(
        tmp_path / "l", lesson_toml=LESSON.replace("minutes = 5", f'minutes = 5\n{kind} = "one-hots"')
    )
    known = {"scenario": "one-host", "platform": "ws2008"}[kind]
    assert f"there is no {kind} 'one-hots'" in said and known in said and "lesson.toml" in said


def test_a_file_is_no_lesson_and_a_part_of_an_id_is_recognized(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("x")
    with pytest.raises(BadLesson, match="is a file; a lesson is a folder"):
        library.find(str(file))
    with pytest.raises(BadLesson, match="did you mean 'first-child-partition'"):
        library.find("first-child")
    with pytest.raises(BadLesson, match="did you mean 'three-switches'"):
        library.find("switches")
