"""A small lesson with every kind of check, written into a folder that tests may spoil."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hvlab.course import grading, loading
from hvlab.course.model import Lesson
from hvlab.session.session import Session

LESSON = r"""
id = "small"
minutes = 5
concepts = ["x"]
title = { en = "Small", de = "Klein" }

[[step]]
id = "one"
goals = ["made", "noted"]
question = "guess"
[[step.hints]]
text = { en = "nudge", de = "Stups" }
[[step.hints]]
cost = 2
text = { en = "the command", de = "der Befehl" }

[[step]]
id = "two"
question = "count"

[[step]]
id = "three"
question = "which"

[[check]]
id = "made"
points = 10
title = { en = "a is made", de = "a gibt es" }
why = { en = "make a", de = "leg a an" }
expression = "(Get-VM).Count -ge 1"

[[check]]
id = "noted"
points = 5
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
happened = { kind = "vm.state", vm = "a", fields = { state = "Off" } }

[[check]]
id = "exact"
points = 5
title = { en = "t", de = "t" }
why = { en = "exactly two", de = "genau zwei" }
happened = { kind = "vm.state", fields = { state = "Running" } }
exactly = 2

[[check]]
id = "never"
points = 5
needs = ["made"]
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
never = { kind = "vm.state", vm = "b" }

[[check]]
id = "order"
points = 5
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
order = [
    { kind = "vm.state", vm = "a", fields = { state = "Running" } },
    { kind = "vm.state", vm = "a", fields = { state = "Stopping" } },
    { kind = "vm.state", vm = "a", fields = { state = "Running" } },
]

[[check]]
id = "number"
points = 5
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
answer = "count"

[[check]]
id = "choice"
points = 5
title = { en = "t", de = "t" }
why = { en = "w", de = "w" }
answer = "which"

[[question]]
id = "guess"
guess = true
prompt = { en = "g?", de = "g?" }
correct = "yes"
choices = [
    { id = "yes", text = { en = "Yes", de = "Ja" }, feedback = { en = "see", de = "sieh" } },
    { id = "no", text = { en = "No", de = "Nein" }, feedback = { en = "see", de = "sieh" } },
]

[[question]]
id = "count"
prompt = { en = "how much?", de = "wie viel?" }
expression = "(Get-VM).Count * 1000"
right = { en = "right", de = "richtig" }
wrong = { en = "wrong", de = "falsch" }

[[question]]
id = "which"
prompt = { en = "which?", de = "welche?" }
correct = "second"
choices = [
    { id = "first", text = { en = "The first", de = "Die erste" }, feedback = { en = "no", de = "nein" } },
    { id = "second", text = { en = "The second", de = "Die zweite" }, feedback = { en = "yes", de = "ja" } },
]
"""
TEXT = """# Small

## One {#one}

```powershell
New-VM a
```

## Two {#two}

two

## Three {#three}

three
"""
SOLUTION = """New-VM a
Start-VM a
Stop-VM a -TurnOff
Start-VM a
Submit-LabAnswer count 1000
Submit-LabAnswer which second
"""
WRONG = "# check: never\nNew-VM b\n" + SOLUTION.replace("1000", "2000")


def write_lesson(folder: Path, **changed: str) -> Path:
    """The lesson's folder; `changed` gives other contents by file name with _ for the last dot."""
    folder.mkdir(exist_ok=True)
    files = {
        "lesson_toml": LESSON,
        "en_md": TEXT,
        "de_md": TEXT.replace("# Small", "# Klein").replace("\ntwo\n", "\nzwei\n"),
        "solution_ps1": SOLUTION,
        "wrong-b_ps1": WRONG,
        **changed,
    }
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, **changed: str) -> Lesson:
    """The lesson, read."""
    return loading.load(write_lesson(folder, **changed))


def verdicts(lesson: Lesson, session: Session) -> dict[str, str]:
    """How each check stands."""
    return {row.id: row.verdict for row in grading.report(lesson, session, "x", "en").checks}


def log_of(session: Session) -> bytes:
    """A session's record as a file."""
    lines = [session.log.header, *session.log.entries]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
