"""The course's own cmdlets: answering a question of the lesson."""

from __future__ import annotations

from hvlab.console.cmdlets import Call, Cmdlet, Parameter
from hvlab.session.session import Session


def _submit(call: Call) -> None:
    session = call.lab
    assert isinstance(session, Session)
    session.answers[call.args.Question] = call.args.Answer


CMDLETS = (
    Cmdlet(
        "Submit-LabAnswer",
        "Lab",
        (Parameter("Question", position=0, mandatory=True), Parameter("Answer", position=1, mandatory=True)),
        _submit,
        lab_only=True,
        summary_id="help.Submit-LabAnswer",
    ),
)
