"""What a lesson draws by its seed: the same everywhere in it, and other values for other learners."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvlab.course import drawing, grading, loading
from hvlab.course.model import BadLesson, Variable
from tests.course.support import LESSON, TEXT, write_lesson

DRAWN = LESSON.replace(
    'concepts = ["x"]',
    'concepts = ["x"]\nseeds = "drawn"\n[variables.vm]\npool = ["a", "b", "c"]\n'
    "[variables.size]\nlow = 256\nhigh = 1024\nstep = 256\n",
).replace('title = { en = "Small", de = "Klein" }\n', "")
DRAWN = 'title = { en = "For {{vm}}", de = "Für {{vm}}" }\n' + DRAWN.replace(
    '"a is made"', '"{{vm}} is made"'
)


def test_a_seed_draws_the_same_everywhere(tmp_path: Path) -> None:
    folder = write_lesson(
        tmp_path / "l",
        lesson_toml=DRAWN,
        en_md=TEXT.replace("two\n", "{{vm}} {{ size }}\n"),
        start_ps1="New-VM {{vm}}",
    )
    seen = set()
    for seed in range(12):
        lesson = loading.load(folder, seed)
        name = lesson.drawn["vm"]
        seen.add(name)
        assert lesson.title["en"] == f"For {name}" and lesson.start() == f"New-VM {name}"
        assert f"{name} {lesson.drawn['size']}" in lesson.sections["en"]["two"]
        assert lesson.drawn["size"] in ("256", "512", "768", "1024")
        assert lesson.digest == loading.load(folder).digest, "an edition is one, whoever draws"
    assert seen == {"a", "b", "c"}


def test_a_fixed_lesson_is_the_same_for_everybody(tmp_path: Path) -> None:
    folder = write_lesson(tmp_path / "l", lesson_toml=DRAWN.replace('seeds = "drawn"\n', ""))
    assert {loading.load(folder, seed).title["en"] for seed in range(8)} == {loading.load(folder).title["en"]}


def test_what_is_not_drawn_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        BadLesson, match=r"\{\{nobody\}\} stands in a file, but there is no \[variables.nobody\]"
    ):
        loading.load(write_lesson(tmp_path / "l", lesson_toml=DRAWN, start_ps1="New-VM {{nobody}}"))


def test_two_of_one_pool_differ_until_it_is_empty() -> None:
    pool = ["x", "y"]
    for seed in range(10):
        drawn = drawing.draw({"one": Variable(pool=[*pool]), "two": Variable(pool=[*pool])}, seed, "l")
        assert sorted(drawn.values()) == pool
    with pytest.raises(drawing.BadVariable, match="'three': its pool has nothing left"):
        drawing.draw({name: Variable(pool=[*pool]) for name in ("one", "two", "three")}, 0, "l")


def test_a_script_and_a_record_are_graded_as_they_were_drawn(tmp_path: Path) -> None:
    folder = write_lesson(tmp_path / "l", lesson_toml=DRAWN, start_ps1="")
    lesson = loading.load(folder)
    other = next(
        seed for seed in range(1, 20) if loading.load(folder, seed).drawn["vm"] != lesson.drawn["vm"]
    )
    script = tmp_path / "s.ps1"
    script.write_text(f"# seed: {other}\nNew-VM q\n", encoding="utf-8")
    title = grading.grade_file(lesson, script).checks[0].title
    assert title == f"{loading.load(folder, other).drawn['vm']} is made"
    session = grading.run_script(loading.load(folder, other), "New-VM q", "s")
    record = tmp_path / "s.jsonl"
    session.export_log(str(record))
    record.write_bytes(session.log.text())
    assert grading.grade_file(lesson, record).checks[0].title == title
