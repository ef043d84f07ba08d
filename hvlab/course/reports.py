"""Reports on many grades in the forms that other programs read: JSON Lines, CSV, JUnit XML, Gradescope, xAPI, HTML.

All are made of the same outcomes; none holds anything that a replay has not shown. Names of
files and submissions' own words are data: they are escaped for each form.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Sequence
from html import escape
from xml.etree import ElementTree

import msgspec

from hvlab.course.batch import Outcome
from hvlab.course.model import Lesson

_TAGS = {"pass": "passed", "fail": "failed", "not_reached": "failed"}


def json_lines(lesson: Lesson, outcomes: Sequence[Outcome]) -> str:
    """One object a line, in the order of the files."""
    return "".join(msgspec.json.encode(outcome).decode() + "\n" for outcome in outcomes)


def as_csv(lesson: Lesson, outcomes: Sequence[Outcome]) -> str:
    """A line a file, a column a check. A cell never begins like a formula: a spreadsheet would run it."""
    ids = [check.id for check in lesson.plan.check]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "passed", "points", "maximum", *ids, "refusal"])
    for outcome in outcomes:
        report = outcome.report
        if report is None:
            writer.writerow(
                [_cell(outcome.file), "", "", lesson.max_points, *[""] * len(ids), _cell(outcome.refusal)]
            )
            continue
        verdicts = {check.id: check.verdict for check in report.checks}
        writer.writerow(
            [
                _cell(outcome.file),
                "yes" if report.passed else "no",
                report.points,
                report.max_points,
                *[verdicts[name] for name in ids],
                "",
            ]
        )
    return text.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def junit(lesson: Lesson, outcomes: Sequence[Outcome]) -> str:
    """JUnit XML: a suite a file, a case a check."""
    root = ElementTree.Element("testsuites", name=lesson.id)
    for outcome in outcomes:
        checks = outcome.report.checks if outcome.report else []
        failed = sum(1 for check in checks if check.verdict != "pass")
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_printable(outcome.file),
            tests=str(len(checks) or 1),
            failures=str(failed),
            errors="0" if outcome.report else "1",
        )
        if outcome.report is None:
            case = ElementTree.SubElement(suite, "testcase", classname=lesson.id, name="submission")
            ElementTree.SubElement(case, "error", message=_printable(outcome.refusal))
        for check in checks:
            case = ElementTree.SubElement(suite, "testcase", classname=lesson.id, name=check.id)
            if check.verdict == "not_reached":
                ElementTree.SubElement(case, "skipped")
            elif check.verdict != "pass":
                ElementTree.SubElement(case, "failure", message=_printable(check.message or check.title))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _printable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c if _in_xml(c) else "\ufffd" for c in text)


def _in_xml(character: str) -> bool:
    if character < " ":
        return character in "\t\n"
    return not 0xD800 <= ord(character) < 0xE000 and character not in "\ufffe\uffff"


def gradescope(lesson: Lesson, outcomes: Sequence[Outcome]) -> str:
    """results.json as Gradescope's autograder reads it: of one submission, the first."""
    outcome = outcomes[0]
    report = outcome.report
    if report is None:
        return msgspec.json.encode({"score": 0.0, "output": outcome.refusal, "tests": []}).decode() + "\n"
    points = {check.id: check.points for check in lesson.plan.check}
    tests = [
        {
            "name": check.title,
            "score": check.points,
            "max_score": points[check.id],
            "status": _TAGS[check.verdict],
            "output": check.message,
        }
        for check in report.checks
    ]
    return msgspec.json.encode({"score": report.points, "tests": tests}).decode() + "\n"


_XAPI = "https://hvlab.invalid/"
"""Where the things of our statements have their names; xAPI wants addresses, and nothing is looked up there."""
_VERBS = {
    "pass": ("http://adlnet.gov/expapi/verbs/passed", "passed"),
    "fail": ("http://adlnet.gov/expapi/verbs/failed", "failed"),
    "not_reached": ("http://adlnet.gov/expapi/verbs/failed", "failed"),
}


def xapi(lesson: Lesson, outcomes: Sequence[Outcome]) -> str:
    """xAPI 1.0.3 statements, one a line: one on each check that was reached, and one on the whole.

    Whoever handed in is known by the file's name alone. A statement's id follows from what was graded, so
    that one sent twice is one. Refused files make no statement: nothing was learned of their learners.
    """
    points = {check.id: check.points for check in lesson.plan.check}
    lines: list[dict[str, object]] = []
    for outcome in outcomes:
        report = outcome.report
        if report is None:
            continue
        for check in report.checks:
            if check.verdict != "not_reached":
                score = (check.points, points[check.id])
                lines.append(_statement(lesson, outcome, f"/{check.id}", check.title, check.verdict, score))
        verdict, score = "pass" if report.passed else "fail", (report.points, report.max_points)
        lines.append(_statement(lesson, outcome, "", lesson.title["en"], verdict, score))
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)


def _statement(
    lesson: Lesson, outcome: Outcome, part: str, title: str, verdict: str, score: tuple[int, int]
) -> dict[str, object]:
    verb, word = _VERBS[verdict]
    reached, most = score
    return {
        "id": str(
            uuid.uuid5(uuid.NAMESPACE_URL, f"{_XAPI}{lesson.digest}{part}/{outcome.sha256}/{outcome.file}")
        ),
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": f"{_XAPI}submissions", "name": outcome.file},
        },
        "verb": {"id": verb, "display": {"en": word}},
        "object": {
            "objectType": "Activity",
            "id": f"{_XAPI}lessons/{lesson.id}{part}",
            "definition": {
                "name": {"en": title},
                "type": f"http://adlnet.gov/expapi/activities/{'assessment' if part == '' else 'question'}",
            },
        },
        "result": {
            "success": verdict == "pass",
            "completion": True,
            "score": {"raw": reached, "min": 0, "max": most, "scaled": reached / most if most else 1.0},
        },
    }


_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; width: 100%; }}
td {{ text-align: left; padding: .3em .6em; border-bottom: 1px solid #ccc; }}
.pass {{ color: #176d2c; }} .fail {{ color: #a3231f; }} .not_reached {{ color: #555; }}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""
_MARKS = {"pass": "✓", "fail": "✗", "not_reached": "·"}


def html(lesson: Lesson, outcomes: Sequence[Outcome]) -> str:
    """A page that a student can keep: no script, nothing from elsewhere."""
    parts = []
    for outcome in outcomes:
        report = outcome.report
        if report is None:
            parts.append(f"<h2>{escape(outcome.file)}</h2><p class='fail'>{escape(outcome.refusal)}</p>")
            continue
        rows = "".join(
            f"<tr class='{check.verdict}'><td>{_MARKS[check.verdict]}</td><td>{escape(check.title)}"
            f"{'<br>' + escape(check.message) if check.message else ''}</td><td>{check.points}</td></tr>"
            for check in report.checks
        )
        parts.append(
            f"<h2>{escape(outcome.file)}: {report.points}/{report.max_points}</h2><table>{rows}</table>"
        )
    return _PAGE.format(title=escape(lesson.title["en"]), body="\n".join(parts))


FORMS: dict[str, Callable[[Lesson, Sequence[Outcome]], str]] = {
    "jsonl": json_lines,
    "csv": as_csv,
    "junit": junit,
    "gradescope": gradescope,
    "xapi": xapi,
    "html": html,
}
