"""Drafts a lesson from an author's recorded work: its scripts, checks that are proved, and pages to be written.

The work is done again as a learner would do it, on the start as a lesson opens it. Every proposed check is judged
at the start and after each command; kept is what fails at the start, holds at the end, and once it holds goes on
to hold. The end of the solution is the last command that any check can see, so that nothing less passes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hvlab.course.attempts import Attempts, Place
from hvlab.course.checks import PASS
from hvlab.course.model import LANGUAGES, BadLesson, Check, Hint, Lesson, LessonFile, Step
from hvlab.course.proposing import Proposal, Proposer, unused
from hvlab.course.recording import Work, as_script, work_of
from hvlab.course.surveying import survey
from hvlab.session.session import Session
from hvlab.text import Text

MOST_JUDGED = 150
"""So many proposals are judged, those that tell most: a lab of a hundred machines differs in thousands of things."""
MOST_CHECKS, A_COMMAND = 10, 3
"""So many become checks at most, and so many of what one command did."""
MOST_LISTED = 20
"""So many more are listed for the author to choose from."""
MINUTES_A_STEP = 2


@dataclass(frozen=True)
class Proved:
    """A proposal that holds from the command of that number on, and did not before."""

    proposal: Proposal
    since: int


@dataclass(frozen=True)
class Draft:
    """A lesson to be: what goes into lesson.toml, its scripts, and what else was proved."""

    plan: LessonFile
    start: tuple[str, ...]
    solution: tuple[str, ...]
    more: tuple[Check, ...]
    left_out: tuple[str, ...]
    """What the author typed at the end and no check can see."""
    differs: bool
    """Whether the scripts lead elsewhere than the author's session did."""
    stopped: tuple[str, ...] = ()


def draft(session: Session, name: str, until: str = "") -> Draft:
    """A lesson of that id from a session as it stands. BadLesson where there is nothing to make one of."""
    outcome = session.world.outcome_digest()
    header = session.header
    for waits in (False, True):
        work = work_of(session, until, waits=waits)
        plan = LessonFile(
            name, {}, 1, [], [], [], platform=header.platform, scenario=header.scenario, seed=header.seed
        )
        attempts, places = _done(plan, work)
        differs = attempts.go(places[-1]).world.outcome_digest() != outcome
        if not differs:
            break
    if not work.done:
        raise BadLesson(
            "after the start nothing was done that changed the lab; let the start end earlier "
            "(New-LabBookmark start in the lab, or --start-until)"
        )
    proved = _proved(plan, work, _proposals(attempts, places))
    if not proved:
        raise BadLesson("the work changed nothing that can be told from the start: no check can be proposed")
    chosen = _chosen(proved)
    last = max(one.since for one in chosen)
    checks = [_explained(one, work) for one in chosen]
    kept = {one.proposal.check.id for one in chosen}
    more = [one.proposal.check for one in proved if one.proposal.check.id not in kept]
    steps = list(_steps(chosen, work))
    titles = {language: Text(language)("drafts.title") for language in LANGUAGES}
    plan = msgspec.structs.replace(
        plan,
        title=titles,
        minutes=MINUTES_A_STEP * len(steps),
        concepts=[Text("en")("drafts.concept")],
        step=steps,
        check=checks,
    )
    typed = {step.entry.text.rstrip() for step in session.travel.past()}
    left_out = tuple(text for text in work.done[last:] if text in typed)
    return Draft(
        plan, work.start, work.done[:last], tuple(more[:MOST_LISTED]), left_out, differs, work.stopped
    )


def _lesson(plan: LessonFile, work: Work) -> Lesson:
    scripts = {"start.ps1": as_script(work.start)} if work.start else {}
    return Lesson(Path(plan.id), plan, {}, "", plan.seed, {}, None, scripts)


def _done(plan: LessonFile, work: Work) -> tuple[Attempts, list[Place]]:
    """A lab in which the work was done, and its places: at the start, and after each command."""
    attempts = Attempts(_lesson(plan, work))
    places = [attempts.start]
    for text in work.done:
        reached = places[-1]
        for statement in attempts.statements(text):
            reached = attempts.after(reached, statement)
        places.append(reached)
    return attempts, places


def _proposals(attempts: Attempts, places: Sequence[Place]) -> list[Proposal]:
    """What may be worth a check, the most telling first."""
    session = attempts.go(places[0])
    before, begun = survey(session), len(session.world.trace)
    session = attempts.go(places[-1])
    after, trace = survey(session), session.world.trace
    proposer = Proposer()
    machines = sorted(
        {
            str(key[0])
            for one in (before, after)
            for place, found in one.items()
            for key in found.counts
            if place.look.name == "vm"
        }
    )
    events = list(trace.since(0))
    proposals = [
        *proposer.from_states(before, after),
        *proposer.from_events(events[:begun], events[begun:], machines),
    ]
    return sorted(proposals, key=lambda one: one.rank)[:MOST_JUDGED]


def _proved(plan: LessonFile, work: Work, proposals: Sequence[Proposal]) -> list[Proved]:
    """The proposals that fail at the start, hold at the end, and never cease to hold in between."""
    checks = [proposal.check for proposal in proposals]
    attempts, places = _done(msgspec.structs.replace(plan, check=checks), work)
    holds = [set(attempts.at(place).ids(PASS)) for place in places]
    proved = []
    for proposal in proposals:
        verdicts = [proposal.check.id in passed for passed in holds]
        since = verdicts.index(True) if True in verdicts else 0
        if since and all(verdicts[since:]):
            proved.append(Proved(proposal, since))
    return proved


def _chosen(proved: Sequence[Proved]) -> list[Proved]:
    """The few that tell most: some of what each command did, in the order of the work.

    What happened is asked for where a command leaves no state: else the state says it, and allows other ways.
    """
    states = {one.since for one in proved if one.proposal.of_state}
    proved = [one for one in proved if one.proposal.of_state or one.since not in states]
    last = max(one.since for one in proved)
    of_command: dict[int, list[Proved]] = {}
    for one in proved:
        of_command.setdefault(one.since, []).append(one)
    rounds: list[Proved] = []
    for number in range(A_COMMAND):
        done = [known[number] for known in of_command.values() if number < len(known)]
        # The last command decides where the solution ends: of what it did, something is always asked for.
        rounds += sorted(done, key=lambda one: (one.since != last, one.proposal.rank))
    return sorted(rounds[:MOST_CHECKS], key=lambda one: (one.since, one.proposal.rank))


def _explained(one: Proved, work: Work) -> Check:
    command = work.done[one.since - 1]
    why = {language: Text(language)("drafts.why", command=command) for language in LANGUAGES}
    return msgspec.structs.replace(one.proposal.check, why=why)


def _steps(chosen: Sequence[Proved], work: Work) -> Iterator[Step]:
    """A step for each command after which something new holds; its last hint is what was typed since the last."""
    taken: set[str] = set()
    done = 0
    for since in sorted({one.since for one in chosen}):
        goals = [one.proposal.check.id for one in chosen if one.since == since]
        command = "\n".join(work.done[done:since])
        hints = [
            Hint({language: Text(language)("drafts.hint") for language in LANGUAGES}),
            Hint(dict.fromkeys(LANGUAGES, command), 1),
        ]
        words = re.findall(r"[\w-]+", work.done[since - 1])[:2]
        yield Step(unused("-".join(words), taken), goals, hints=hints)
        done = since


# -- writing it down -----------------------------------------------------------------------------------


def write(made: Draft, folder: Path, text: Text) -> list[Path]:
    """Write a draft into a new folder; its files. OSError."""
    folder.mkdir(parents=True)
    files = {
        "lesson.toml": _toml(made, text),
        **{f"{language}.md": _page(made, language) for language in LANGUAGES},
        "solution.ps1": as_script(made.solution),
    }
    if made.start:
        files["start.ps1"] = as_script(made.start)
    written = []
    for name, content in sorted(files.items()):
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
        written.append(folder / name)
    return written


def _page(made: Draft, language: str) -> str:
    text = Text(language)
    titles = {check.id: check.title[language] for check in made.plan.check}
    return "\n".join(
        f"## {titles[step.goals[0]]} {{#{step.id}}}\n\n{text('drafts.todo')}\n" for step in made.plan.step
    )


def _toml(made: Draft, text: Text) -> str:
    plan = made.plan
    lines = [
        f"id = {_string(plan.id)}",
        f"minutes = {plan.minutes}",
        f"concepts = [{', '.join(map(_string, plan.concepts))}]",
        f"platform = {_string(plan.platform)}",
        f"scenario = {_string(plan.scenario)}",
        *([f"seed = {plan.seed}"] if plan.seed else []),
        "",
        "[title]",
        *(f"{language} = {_string(plan.title[language])}" for language in LANGUAGES),
    ]
    for step in plan.step:
        goals = ", ".join(map(_string, step.goals))
        lines += ["", "[[step]]", f"id = {_string(step.id)}", f"goals = [{goals}]"]
        for hint in step.hints:
            lines += ["", "[[step.hints]]", *([f"cost = {hint.cost}"] if hint.cost else [])]
            lines += _localized("text", hint.text)
    for check in plan.check:
        lines += ["", "[[check]]", f"id = {_string(check.id)}", f"points = {check.points}"]
        lines += [*_localized("title", check.title), *_localized("why", check.why), *_asked(check)]
    if made.more:
        lines += ["", f"# {text('drafts.more')}"]
        for check in made.more:
            lines += ["#", f"# {check.title[text.language]}", *(f"# {line}" for line in _asked(check))]
    return "\n".join(lines) + "\n"


def _localized(name: str, texts: dict[str, str]) -> list[str]:
    return [f"{name}.{language} = {_string(texts[language])}" for language in LANGUAGES]


def _asked(check: Check) -> list[str]:
    """What a check looks at, as lines of lesson.toml."""
    if check.happened is None:
        return [f"expression = {_string(check.expression)}"]
    pattern = check.happened
    parts = [f"kind = {_string(pattern.kind)}"]
    if pattern.vm:
        parts.append(f"vm = {_string(pattern.vm)}")
    fields = (
        f"{name} = {value if isinstance(value, int) and not isinstance(value, bool) else _string(value)}"
        for name, value in pattern.fields.items()
    )
    parts.append(f"fields = {{ {', '.join(fields)} }}")
    lines = [f"happened = {{ {', '.join(parts)} }}"]
    return lines if check.at_least == 1 else [*lines, f"at_least = {check.at_least}"]


def _string(value: object) -> str:
    """A string of TOML that is read as this, written as plainly as it can be."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    plain = "\n" not in text and text.isprintable()
    if plain and not set(text) & {'"', "\\"}:
        return f'"{text}"'
    if plain and "'" not in text:
        return f"'{text}'"
    if plain and "'''" not in text and not text.startswith("'") and not text.endswith("'"):
        return f"'''{text}'''"
    return json.dumps(text, ensure_ascii=False)
