"""A lesson as it is shown to a class: the lesson's notes for whoever teaches, its minutes, its demo scene by scene.

Beside a lesson lie, where somebody has written them, `notes.en.md` and `notes.de.md` (for the instructor alone) and
`demo.ps1`: console lines in the order in which they are shown. Comment lines before a command are what the
projector says with it: `# en: …` and `# de: …`, or `# …` for both. `# poll: ID` asks the class that question of the
lesson before the command answers it: all vote, talk about it, vote again, and only then the experiment runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from hvlab.course import library, polls
from hvlab.course.model import LANGUAGES, BadLesson, Lesson

DEMO = "demo.ps1"
POLL = "poll:"


@dataclass(frozen=True)
class Scene:
    """What is said, which question is put to all before, and the command; any of them may be empty."""

    words: dict[str, str]
    poll: str = ""
    command: str = ""


@dataclass(frozen=True)
class Lecture:
    """What an instructor has of a lesson. `notes` is Markdown by language; `following` are id, title, minutes."""

    lesson: Lesson
    scenes: Sequence[Scene]
    notes: dict[str, str]
    following: tuple[str, dict[str, str], int] | None = None


def lecture(lesson: Lesson) -> Lecture:
    """What there is to a lesson. BadLesson if its demo asks what the lesson cannot ask."""
    scenes = read_demo(lesson.demo())
    for scene in scenes:
        question = lesson.question(scene.poll) if scene.poll else None
        if scene.poll and (question is None or polls.of_question(question) is None):
            raise BadLesson(
                f"{lesson.folder / DEMO}: {scene.poll!r} is no question with answers to choose from"
            )
    notes = {language: "\n\n".join(sections.values()) for language, sections in lesson.notes.items()}
    ids = library.ids()
    place = ids.index(lesson.id) + 1 if lesson.id in ids else len(ids)
    following = None
    if place < len(ids):
        after = library.find(ids[place])
        following = (after.id, after.title, after.minutes)
    return Lecture(lesson, scenes, notes, following)


def read_demo(source: str) -> list[Scene]:
    """The scenes of a demo. A blank line ends a scene; a command goes on over lines that begin with a blank."""
    scenes: list[Scene] = []
    words: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    poll, command = "", ""

    def end() -> None:
        nonlocal poll, command
        said = {language: " ".join(rows) for language, rows in words.items()}
        if command or poll or any(said.values()):
            scenes.append(Scene(said, poll, command))
        for rows in words.values():
            rows.clear()
        poll = command = ""

    for row in source.splitlines():
        if row.startswith("#"):
            if command:
                end()
            said = row.lstrip("#").strip()
            if said.startswith(POLL):
                poll = said.removeprefix(POLL).strip()
                continue
            language = said[:2] if said[2:3] == ":" and said[:2] in LANGUAGES else ""
            for name, rows in words.items():
                if language in ("", name):
                    rows.append(said[3:].strip() if language else said)
        elif not row.strip():
            end()
        elif command and row[0].isspace():
            command += " " + row.strip()
        else:
            if command:
                end()
            command = row
    end()
    return scenes


Act = Literal["say", "ask", "tell", "again", "run", "end"]
"""Say a scene's words; let all vote; show how they voted; let them vote again; run the command; there is no more."""


@dataclass
class Showing:
    """Where one is in a demo; `advance` is what its one key does."""

    scenes: Sequence[Scene]
    votes: bool = True
    """Whether there is a class that can vote; without, a question is only shown."""
    place: int = 0
    done: list[Act] = field(default_factory=list)
    """Of the present scene."""

    @property
    def scene(self) -> Scene | None:
        """The present one; None after the last."""
        return self.scenes[self.place] if self.place < len(self.scenes) else None

    def acts(self) -> list[Act]:
        """What the present scene consists of, in order."""
        scene = self.scene
        if scene is None:
            return []
        found: list[Act] = ["say"]
        if scene.poll:
            found += ["ask", "tell", "again", "tell"] if self.votes else ["ask"]
        return [*found, "run"] if scene.command else found

    def advance(self) -> tuple[Act, Scene | None]:
        """The next thing to do, and the scene it belongs to."""
        while (scene := self.scene) is not None:
            waiting = self.acts()[len(self.done) :]
            if waiting:
                self.done.append(waiting[0])
                return waiting[0], scene
            self.place += 1
            self.done.clear()
        return "end", None

    def back(self) -> str:
        """To the beginning of the scene, or of the one before; the command that had run there, if any."""
        ran = "run" in self.done
        if not self.done and self.place:
            self.place -= 1
            ran = True
        self.done.clear()
        return self.scene.command if ran and self.scene is not None else ""
