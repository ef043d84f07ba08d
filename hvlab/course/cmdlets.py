"""The course's own cmdlets: answering a question of the lesson."""

from __future__ import annotations

import functools

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.console.errors import CmdletError
from hvlab.course import answers
from hvlab.course.model import Question
from hvlab.session.session import Session

ANSWERING = "Submit-LabAnswer"
"""The command that answers a question."""


def _submit(call: Call) -> None:
    session = call.lab
    assert isinstance(session, Session)
    header = session.header
    known = _questions(header.lesson or "", header.lesson_digest or "", header.seed)
    question = known.get(call.args.Question)
    if known and question is None:
        names = ", ".join(known)
        raise CmdletError(
            f"The lesson has no question '{call.args.Question}'.",
            "ObjectNotFound",
            "ObjectNotFound",
            explain=("explain.no-such-question", {"known": names}),
        )
    if question is not None and not answers.is_clear(question, call.args.Answer):
        raise CmdletError(
            f"'{call.args.Answer}' is no whole answer to the question '{question.id}'; nothing was noted.",
            "InvalidArgument",
            "InvalidArgument",
            explain=answers.how_to(question, call.args.Answer),
        )
    session.answers.give(call.args.Question, call.args.Answer, len(session.world.trace))


@functools.cache
def _questions(lesson: str, edition: str, seed: int) -> dict[str, Question]:
    """The lesson's questions by id, as a seed draws them; none where it is no lesson of the course in that edition."""
    from hvlab.course import library  # late: it is asked for only where somebody answers

    try:
        found = library.find(lesson, seed)
    except library.BadLesson:
        return {}
    return {question.id: question for question in found.plan.question} if found.digest == edition else {}


CMDLETS = (
    Cmdlet(
        ANSWERING,
        "Lab",
        (Parameter("Question", position=0, mandatory=True), Parameter("Answer", position=1, mandatory=True)),
        _submit,
        lab_only=True,
        summary_id="help.Submit-LabAnswer",
    ),
)
