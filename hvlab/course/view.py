"""A lesson as a screen shows it: the present step's text, the goals, hints and the question.

It evaluates checks when asked to, and records answers and hints through the
session. It draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hvlab.console.conditions import WORDS
from hvlab.console.errors import ParseError
from hvlab.course import answers, copies, par, practice, tasks
from hvlab.course.blueprint import ChapterResult, by_chapter
from hvlab.course.checks import NOT_REACHED, PASS, CheckResult, Examiner
from hvlab.course.entered import Entered
from hvlab.course.library import find
from hvlab.course.model import Check, Lesson, Question, Step
from hvlab.course.pages import before_answer, whole
from hvlab.course.seen import Seen, looks_of, on_page, resolves_guess
from hvlab.course.shown import Goal, HintOffer, QuestionView
from hvlab.session.session import Session
from hvlab.text import Text

REFUTED_WIDTH = 76
Remember = Callable[[int, int, bool, str], None]
"""Told the points, the most there are, whether all checks pass, and the open step, whenever that changes."""


class _Hint:
    def __init__(self, view: OpenLesson, step: str, number: int, cost: int) -> None:
        self._view = view
        self._step = step
        self._number = number
        self.cost = cost

    def take(self) -> str:
        return self._view.take_hint(self._step, self._number)

    def said(self) -> str:
        return self._view.hint_text(self._step, self._number)


class _Question:
    def __init__(self, view: OpenLesson, question: Question) -> None:
        self._view = view
        self._question = question
        self.id = question.id
        self.prompt = question.prompt[view.language]
        self.kind = question.kind
        self.guess = question.guess or view.lesson.plan.exam
        self.choices = [choice.text[view.language] for choice in question.choices]
        self.items = [item.text[view.language] for item in question.items]

    @property
    def is_open(self) -> bool:
        return self._view.is_open(self._question)

    @property
    def holds_back(self) -> bool:
        return self._view.holds_back()

    def is_meant(self, text: str) -> bool:
        return self.is_open and answers.is_bare(self._question, text)

    def unclear(self, text: str) -> str:
        if answers.is_clear(self._question, text):
            return ""
        sentence, values = answers.how_to(self._question, text)
        return self._view.text(sentence, **values)

    def answer(self, text: str) -> tuple[bool, str]:
        return self._view.answer(self._question, text)

    def said(self, text: str, right: bool) -> str:
        return self._view.feedback(self._question, text, right)


class OpenLesson:
    """A lesson being worked on in a session."""

    def __init__(
        self,
        lesson: Lesson,
        session: Session,
        language: str,
        remember: Remember = lambda *_: None,
        at: str = "",
    ) -> None:
        """`at` is the step to open; without one, it is told by the lab."""
        self.lesson = lesson
        self._remember = remember
        self.session = session
        self.language = language
        self.text = Text(language)
        self._examiner = Examiner(lesson, session)
        self._seen = Seen(session)
        self._looks = [looks_of(lesson, number, session) for number in range(len(lesson.plan.step))]
        self._unseen: dict[str, list[str]] = {}
        """By step: the looks that it wants and that were not made."""
        steps = [step.id for step in lesson.plan.step]
        self._step = steps.index(at) if at in steps else 0
        self._taken: dict[str, int] = {}
        self._results: list[CheckResult] = []
        self.best = 0
        """The most points that the lab stood at while the lesson was open."""
        self._goals: list[tuple[str, str, str]] = [("not_reached", "", "") for _ in lesson.plan.check]
        self.refresh()
        if at not in steps and (step := self._where_it_was_left()):
            self._step = step
            self._tell()
        self._entered = Entered(lesson, session)
        self._entered.come_back(self._step)

    def _where_it_was_left(self) -> int:
        """The first step that waits for a goal or a look, if anything was done before; else the beginning."""
        passed = {
            check.id
            for check, goal in zip(self.lesson.plan.check, self._goals, strict=True)
            if goal[0] == PASS
        }
        if not passed:
            return 0
        steps = self.lesson.plan.step
        if self.passed():
            return len(steps) - 1
        waits = [set(step.goals) - passed or self._unseen.get(step.id) for step in steps]
        return next((number for number, waiting in enumerate(waits) if waiting), len(steps) - 1)

    @property
    def _step_text(self) -> str:
        return self.lesson.sections[self.language][self.lesson.plan.step[self._step].id]

    def _before_answer(self) -> str:
        """What may be read before the present step's question was answered; empty where nothing is held back."""
        step = self.lesson.plan.step[self._step]
        question = self.lesson.question(step.question)
        if question is None or self.lesson.plan.exam or self.session.answers.get(question.id):
            return ""
        if step.goals and self._goals_reached():
            return ""  # the experiment was made without it
        above = self.above_question()
        return above if above != whole(self._step_text) else ""

    def above_question(self) -> str:
        """The part of the present step's text below which its question stands."""
        question = self.lesson.question(self.lesson.plan.step[self._step].question)
        guess = question is not None and question.guess
        above = before_answer(self._step_text, guess=guess)
        return whole(self._step_text) if above == self._step_text else above

    def holds_back(self) -> bool:
        """Whether the present page goes on when its question has been answered."""
        return bool(self._before_answer())

    @property
    def title(self) -> str:
        """The lesson's title."""
        return self.lesson.title[self.language]

    def set_language(self, language: str) -> None:
        """Speak another language."""
        self.language = language
        self.text = Text(language)

    def page(self, *, plain: bool = False) -> str:
        """The present step's text; when its goals are reached, a word on how to go on."""
        return "\n\n".join(part for part in (self.body(), self.closing(plain=plain)) if part)

    def body(self) -> str:
        """The present step's own text, as far as it may be read before its question is answered."""
        return self._before_answer() or whole(self._step_text)

    def closing(self, *, plain: bool = False) -> str:
        """What follows it as things stand: what is still to be looked at, what became of a guess, how to go on."""
        step = self.lesson.plan.step[self._step]
        said = []
        if self.holds_back():
            return ""
        if step.goals and self._goals_reached() and (unseen := self.unseen()):
            looks = dict.fromkeys(on_page(look, whole(self._step_text), self.session) for look in unseen)
            said.append(self.text("course.look_first", commands=", ".join(f"`{look}`" for look in looks)))
        if resolved := self.resolved():
            said.append(resolved)
        if self.is_over():
            compared = par.told(self.lesson, self.session, self.text)
            said += [compared] if compared else self._noted() if self.lesson.plan.exam else []
            if wrong := practice.missed(self.lesson, self.session.log.entries):
                listed = [
                    f"- {found.title[self.language]}: `hvlab learn practice {found.id}`" for found in wrong
                ]
                said.append(self.text("course.practise_missed") + "\n" + "\n".join(listed))
        if step.goals and self.step_done():
            done = "course.lesson_done" if self.passed() else "course.step_done"
            if self._step + 1 == len(self.lesson.plan.step) and not self.passed():
                done = "course.goals_left"
            elif self.passed() and tasks.stands_for(self.lesson.folder):
                done = "course.task_done"
            said.append(self.text(f"{done}_plain" if plain else done))
        return "\n\n".join(said)

    def _noted(self) -> list[str]:
        """What is said when all questions of an exam that has nothing else are answered: how much was known."""
        known, asked = self.verdicts()
        words = self.text("course.quiz_over", right=len(known), count=len(asked))
        rows = [row for row in self.chapters() if row.repeat]
        titles = [find(name).title[self.language] for row in rows for name in row.repeat]
        listed = "\n".join(f"- {title}" for title in dict.fromkeys(titles))
        return [words, self.text("course.quiz_learn") + "\n" + listed] if listed else [words]

    def panes(self) -> Sequence[str]:
        """The panes it is best seen with; none: as the screen comes."""
        return self.lesson.plan.panes

    def passed(self) -> bool:
        """Whether every goal of the lesson is reached."""
        return all(verdict == PASS for verdict, _, _ in self._goals)

    def points(self) -> int:
        """The points of all checks as last evaluated."""
        return sum(result.points for result in self._results)

    def steps(self) -> tuple[int, int]:
        """The present step, from 1, and how many there are."""
        return self._step + 1, len(self.lesson.plan.step)

    def goals(self) -> list[Goal]:
        """All checks as last evaluated."""
        return [
            self._unmarked(check)
            if self.lesson.plan.exam and check.answer
            else Goal(
                check.id,
                check.title[self.language],
                verdict,
                *self._told(check, expected, actual),
                check.points,
            )
            for check, (verdict, expected, actual) in zip(self.lesson.plan.check, self._goals, strict=True)
        ]

    def _told(self, check: Check, expected: str, actual: str) -> tuple[str, str]:
        """What was expected and found, in words; nothing where that says no more than that it is not so."""
        if (expected, actual) == ("True", "False"):
            return "", ""
        if check.order and expected == str(len(check.order)):
            return self.text("course.condition.in_order", value=expected), actual
        return self._in_words(expected), self._in_words(actual)

    def _in_words(self, said: str) -> str:
        """What the evaluator says of a condition, in the learner's language; values stay as the console prints them."""
        if said == "nothing":
            return self.text("course.condition.nothing")
        beginnings = [(">= ", "ge"), *((word, name) for name, word in WORDS.items() if word)]
        parts = said.split(" or ")
        for number, part in enumerate(parts):
            for word, name in sorted(beginnings, key=lambda pair: -len(pair[0])):
                if part.startswith(word):
                    parts[number] = self.text(f"course.condition.{name}", value=part.removeprefix(word))
                    break
        return self.text("course.condition.or").join(parts) if len(parts) > 1 else parts[0]

    def _unmarked(self, check: Check) -> Goal:
        """A question of an exam: whether it was answered, not whether it was answered rightly."""
        title = check.title[self.language]
        if self.session.answers.get(check.answer):
            title = self.text("course.exam_answered", title=title)
        return Goal(check.id, title, NOT_REACHED, "", "", check.points)

    def chapters(self) -> list[ChapterResult]:
        """An exam's results by chapter, as it stands; none for a lesson."""
        return by_chapter(self.lesson, self._results, self.language)

    def verdicts(self) -> tuple[list[str], list[str]]:
        """The checks that hold as last evaluated, and all of them; of an exam too."""
        asked = [result.check.id for result in self._results]
        return [result.check.id for result in self._results if result.verdict == PASS], asked

    def step_done(self) -> bool:
        """Whether the present step's goals are all reached, and what it wants to be looked at was looked at."""
        return self._goals_reached() and not self.unseen()

    def _goals_reached(self) -> bool:
        return self._has_reached(self.lesson.plan.step[self._step])

    def _has_reached(self, step: Step) -> bool:
        verdicts = {goal.id: goal.verdict for goal in self.goals()}
        return all(verdicts[name] == PASS for name in step.goals)

    def unseen(self) -> Sequence[str]:
        """The looks that the present step wants and that were not made since its goals were reached.

        Whoever has passed the whole lesson is held up by none.
        """
        if self.passed():
            return ()
        return self._unseen.get(self.lesson.plan.step[self._step].id, ())

    def is_ready(self) -> bool:
        """Whether the present step asks nothing more, so that one can go on to the next."""
        if self._step + 1 >= len(self.lesson.plan.step):
            return False
        question = self.question()
        return (self.step_done() or self._is_answered(self.lesson.plan.step[self._step].goals)) and (
            question is None or not question.is_open
        )

    def only_looks(self, command: str) -> bool:
        """Whether a command changes nothing in the lab."""
        shell = self.session.shell
        try:
            return all(shell.is_read_only(statement) for statement in self.session.parse(command).statements)
        except ParseError:
            return False

    def note_command(self, text: str) -> None:
        """A command was entered at the present step."""
        self._entered.note(self._step, text)

    def not_entered(self, commands: Sequence[str]) -> Sequence[str]:
        """Those of the page's commands that have not been entered, as the lab stands now."""
        return self._entered.missing(self._step, commands)

    def follows(self, commands: Sequence[str]) -> bool:
        """Whether the last command that did something at the present step is one of these, word by word."""
        return self._entered.ends_with_one_of(self._step, commands, self.only_looks)

    def is_over(self) -> bool:
        """Whether one stands at the last step and the whole lesson asks nothing more."""
        last = self._step + 1 == len(self.lesson.plan.step)
        return last and (self.passed() or self._is_answered([check.id for check in self.lesson.plan.check]))

    def _is_answered(self, goals: Sequence[str]) -> bool:
        """Whether goals of an exam are answers only, and all of them are given, right or wrong."""
        asked = [check.answer for check in self.lesson.plan.check if check.id in goals]
        return self.lesson.plan.exam and bool(asked) and all(map(self.session.answers.get, asked))

    def refresh(self, *, at_work: bool = False) -> bool:
        """Evaluate the checks; returns whether anything changed. `at_work`: only what may have come to hold."""
        known = {}
        if at_work:
            known = {r.check.id: r for r in self._results if r.verdict == PASS or r.check.probe}
        results = self._results = self._examiner.results(known)
        found = [(r.verdict, r.expected, r.actual) for r in results]
        before = self._goals, self._unseen
        self._goals = found
        self._unseen = {}
        for step, looks in zip(self.lesson.plan.step, self._looks, strict=True):
            if looks:
                self._seen.note(step, self._has_reached(step))
                self._unseen[step.id] = self._seen.missing(step, looks)
        changed = before != (self._goals, self._unseen)
        self.best = max(self.best, self.points())
        if changed:
            self._tell()
        return changed

    def next_step(self) -> bool:
        """Go on; False at the end."""
        if self._step + 1 >= len(self.lesson.plan.step):
            return False
        self._turn(1)
        return True

    def previous_step(self) -> bool:
        """Go back; False at the start."""
        if self._step == 0:
            return False
        self._turn(-1)
        return True

    def _turn(self, by: int) -> None:
        self._step += by
        self._entered.open(self._step)
        self._tell()

    def _tell(self) -> None:
        step = self.lesson.plan.step[self._step].id
        self._remember(self.points(), self.lesson.max_points, self.passed(), step)

    def resolved(self) -> str:
        """What became of the guess that the present step's experiment answers; empty before, or without one.

        A guess is answered when its own step's goals are reached; one whose step has no goals
        by the step that follows.
        """
        step = self.lesson.plan.step[self._step]
        asking = resolves_guess(self.lesson, self._step)
        question = self.lesson.question(asking)
        if question is None or not (step.goals or step.looks) or not self.step_done():
            return ""
        given = self.session.answers.get(asking, "")
        words = "guess_right" if given == question.correct else "guess_wrong" if given else "guess_shown"
        guess, truth = (answers.written(question, a, self.language) for a in (given, question.correct))
        said = self.text(f"course.{words}", guess=guess, truth=truth)
        return f"{said} {question.right.get(self.language, '')}".strip()

    # -- hints and questions --------------------------------------------------------------------

    def next_hint(self) -> HintOffer | None:
        """The next hint of the step that has not been taken."""
        step = self.lesson.plan.step[self._step]
        number = self._taken.get(step.id, 0)
        if number >= len(step.hints):
            return None
        return _Hint(self, step.id, number, step.hints[number].cost)

    def take_hint(self, step_id: str, number: int) -> str:
        """A hint's text; recorded."""
        self._taken[step_id] = max(self._taken.get(step_id, 0), number + 1)
        self.session.take_hint(f"{step_id}/{number + 1}")
        return self.hint_text(step_id, number)

    def hint_text(self, step_id: str, number: int) -> str:
        """What a hint says."""
        step = next(step for step in self.lesson.plan.step if step.id == step_id)
        return step.hints[number].text[self.language]

    def question(self) -> QuestionView | None:
        """The step's question."""
        name = self.lesson.plan.step[self._step].question
        found = self.lesson.question(name) if name else None
        return _Question(self, found) if found is not None else None

    def is_open(self, question: Question) -> bool:
        """Whether an answer is still wanted."""
        given = self.session.answers.get(question.id, "")
        if self.lesson.plan.exam:
            return not given
        return not given or not (question.guess or self._examiner.is_right(question, given))

    def answer(self, question: Question, text: str) -> tuple[bool, str]:
        """Record an answer and say what there is to say to it."""
        text = answers.as_recorded(question, text)
        self.session.answer(question.id, text)
        right = self._examiner.is_right(question, text)
        said = self.feedback(question, text, right)
        if self.lesson.plan.exam or question.guess:
            return True, said
        refute = next((choice.refute for choice in question.choices if choice.id == text), "")
        if refute and not right:
            said += "\n" + self._refuted(refute)
        return right, said

    def feedback(self, question: Question, text: str, right: bool) -> str:
        """What there is to say to an answer, right or wrong as it was, but for what is tried on a copy."""
        text = answers.as_recorded(question, text)
        if self.lesson.plan.exam:
            noted = "exam_noted" if any(check.part for check in self.lesson.plan.check) else "quiz_answer"
            return self.text(f"course.{noted}", answer=answers.written(question, text, self.language))
        said = (question.right if right else question.wrong).get(self.language, "")
        chosen = next((choice for choice in question.choices if choice.id == text and choice.feedback), None)
        if chosen is not None:
            said = chosen.feedback[self.language]
        if question.guess:
            noted = self.text("course.guess_noted", guess=answers.written(question, text, self.language))
            return f"{noted} {said}".strip()
        return said

    def _refuted(self, script: str) -> str:
        """What an experiment on a copy of the learner's own lab shows."""
        head = self.text("course.tried_on_a_copy", script=script.strip())
        return f"{head}\n{copies.shown(self.session, script, REFUTED_WIDTH)}"


def open_lesson(
    lesson: Lesson, session: Session, language: str, remember: Remember = lambda *_: None, at: str = ""
) -> OpenLesson:
    """Open a lesson in a session that was made for it or resumed; its start script runs first, once.

    `at` is the step that was open when it was left, if that is known. What the start script did belongs to the
    lesson: it cannot be undone.
    """
    if lesson.start() and not session.log.entries:
        session.run(lesson.start())
    session.travel.floor = len(session.parse(lesson.start()).statements) if lesson.start() else 0
    return OpenLesson(lesson, session, language, remember, at)
