"""Answers to questions: how people write them, and whether they are right in the lab as it stands.

Every kind of answer is one line of text, so that it can be typed at a prompt, recorded in a log and
replayed: `2` (choose), `1 3` (choose several, or put in order), `1b 2a` (match), `96` or `web01`
(a value), `#417` (an event of the trace). Where no choice has two digits, `13` is `1 3`.
"""

from __future__ import annotations

import re

from hvlab.console.shell import Shell
from hvlab.course.model import Item, Pattern, Question
from hvlab.course.patterns import condition, matches
from hvlab.kernel import Trace, World

_PAIR = re.compile(r"(\d+)\s*[-:=>]*\s*([a-z])(?![a-z])")
_UNIT = re.compile(r"(?<=\d)\s+[^\W\d_]{1,12}\.?$")
_HEX = re.compile(r"0[xX][0-9a-fA-F]{1,16}|[0-9a-fA-F]{3,16}")
"""As the screen shows pages; without `0x` only where a letter among the digits tells it from a decimal number."""
_SUM = re.compile(r"(?=.*\d\s*\)?\s*(?:[+*×^]|\s[-/]\s)\s*\(?\s*\d)[\d\s()+*×/^.-]+")
"""A calculation whose result is meant. Dashes and slashes without gaps stand in addresses and networks, too."""
_BARE = {
    "choice": r"\d{1,2}",
    "multiple": r"\d{1,2}([\s,;]+\d{1,2})*",
    "order": r"\d{1,2}([\s,;]+\d{1,2})*",
    "match": r"\d{1,2}\s*[a-z]([\s,;]*\d{1,2}\s*[a-z])*",
    "value": r"\d[\d'., ]*(\s+[^\W\d_]{1,12}\.?)?",
    "event": r"#\d+|\d+",
}
"""What no command of the console looks like, so that it may be meant as an answer where commands are typed."""


def as_recorded(question: Question, text: str) -> str:
    """What an answer means, by ids instead of numbers where it chooses; else the answer itself."""
    text = text.strip()
    if question.kind == "choice":
        return _choice(question, text) or text
    if question.kind in ("multiple", "order"):
        chosen = [_choice(question, part) for part in _parts(question, text)]
        return " ".join(chosen) if chosen and all(chosen) else text
    if question.kind == "match":
        pairs = _PAIR.findall(text.casefold())
        if len(pairs) == len(question.items):
            known = [(_item(question, left), _lettered(question, right)) for left, right in pairs]
            if all(left and right for left, right in known):
                return " ".join(f"{left}={right}" for left, right in known)
    return text


def is_bare(question: Question, text: str) -> bool:
    """Whether a line typed where commands are typed is an answer: numbers as this kind of question takes them."""
    if re.fullmatch(_BARE[question.kind], text.strip().casefold()) is not None:
        return True
    return (
        question.kind in ("multiple", "order")
        and len(_parts(question, text.strip())) > 1
        and text.strip().isdigit()
    )


def is_clear(question: Question, text: str) -> bool:
    """Whether an answer says something: choices that there are, a number for an event, any word for a value."""
    meant = as_recorded(question, text)
    ids = {choice.id for choice in question.choices}
    match question.kind:
        case "choice":
            return meant in ids
        case "multiple":
            return bool(meant) and set(meant.split()) <= ids
        case "order":
            return sorted(meant.split()) == sorted(ids)
        case "match":
            return sorted(pair.partition("=")[0] for pair in meant.split()) == sorted(
                item.id for item in question.items
            )
        case "event":
            return read_number(meant.lstrip("#")) is not None
    return bool(meant) and _SUM.fullmatch(meant) is None


def how_to(question: Question, text: str) -> tuple[str, dict[str, str | int]]:
    """What to say to an answer that is not clear: a sentence's id, and what it needs to be told."""
    if question.kind == "value" and text.strip():
        return "course.unclear.calculation", {"text": text.strip()}
    return f"course.unclear.{question.kind}", {"count": len(question.items or question.choices)}


def written(question: Question, text: str, language: str) -> str:
    """A recorded answer in the question's own words."""
    texts = {choice.id: choice.text[language] for choice in question.choices}
    return ", ".join(texts.get(part, part) for part in (text.split() if texts else [text]))


def _parts(question: Question, text: str) -> list[str]:
    """The choices that an answer names, one by one; digits without a gap are one each where that can be meant."""
    most = len(question.choices)
    if most < 10 and len(set(text)) == len(text) > 1 and set(text) <= set("123456789"[:most]):
        return list(text)
    return [part for part in re.split(r"[\s,;]+", text) if part]


def _choice(question: Question, text: str) -> str:
    wanted = text.strip().casefold()
    for number, choice in enumerate(question.choices, 1):
        if wanted in (str(number), choice.id.casefold(), *(t.casefold() for t in choice.text.values())):
            return choice.id
    return ""


def _item(question: Question, number: str) -> str:
    place = int(number) - 1
    return question.items[place].id if 0 <= place < len(question.items) else ""


def _lettered(question: Question, letter: str) -> str:
    place = ord(letter) - ord("a")
    return question.choices[place].id if 0 <= place < len(question.choices) else ""


def is_right(question: Question, text: str, shell: Shell, world: World) -> bool:
    """Whether an answer is right, in the world as it is now."""
    meant = as_recorded(question, text)
    match question.kind:
        case "choice":
            return meant == question.correct
        case "multiple":
            return sorted(meant.split()) == sorted(question.all_of)
        case "order":
            return meant.split() == question.sequence
        case "match":
            return sorted(meant.split()) == sorted(_pair(item) for item in question.items)
        case "event":
            return _points_at(question, meant, world)
    number = read_number(_UNIT.sub("", meant))
    if number is None and _HEX.fullmatch(meant):
        number = int(meant, 16)
    if number is not None and condition(shell, f"@({question.expression}) -contains {number}").value:
        return True
    word = meant.replace("'", "''")
    found = f"@({question.expression}) | ForEach-Object {{ [string]$_ }}"
    return bool(meant) and (
        condition(shell, f"@({found}) -contains '{word}'").value
        or condition(shell, f"[string]({question.expression}) -eq '{word}'").value
    )


def _pair(item: Item) -> str:
    return f"{item.id}={item.match}"


def _points_at(question: Question, text: str, world: World) -> bool:
    number = read_number(text.lstrip("#"))
    if question.event is None or number is None or not 0 < number <= len(world.trace):
        return False
    trace = world.trace
    if not any(matches(pattern, trace[number]) for pattern in (question.event, *question.events)):
        return False
    if question.after is not None and not _follows(question.event, question.after, trace, number):
        return False
    if question.cause_of is None:
        return True
    effect = None
    for event in trace.of_kinds({question.cause_of.kind}):
        if matches(question.cause_of, event):
            effect = event
    while effect is not None and effect.seq > number:
        effect = trace[effect.cause] if effect.cause else None
    return effect is not None and effect.seq == number


def _follows(pattern: Pattern, earlier: Pattern, trace: Trace, number: int) -> bool:
    """Whether going back from an event one meets what it has to follow before another of its own pattern."""
    follows = False
    for event in trace.of_kinds({pattern.kind, earlier.kind}):
        if event.seq >= number:
            break
        if matches(earlier, event):
            follows = True
        elif matches(pattern, event):
            follows = False
    return follows


def read_number(text: str) -> int | None:
    """A whole number as people write it, with separators for thousands."""
    digits = text.strip().replace("'", "").replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(digits)
    groups = digits.replace(",", ".").split(".")
    if (
        len(groups) > 1
        and all(g.isascii() and g.isdigit() for g in groups)
        and all(len(g) == 3 for g in groups[1:])
    ):
        return int("".join(groups))
    return None
