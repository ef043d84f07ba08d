"""All attacks on classes that are opened for it, and what each got: `python -m tests.classroom.attack`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.classroom.attacks import ATTACKS, Attack, Target, join
from tests.classroom.attacks_inside import AT_AN_EXAM, INSIDE
from tests.classroom.served import served


def try_all(target: Target, attacks: Sequence[Attack], *, alone: bool) -> int:
    """How many got something else than they must; with `alone`, each comes from a learner of its own."""
    failures = 0
    for attack in attacks:
        got = attack.act(join(target, attack.name[:40]) if alone else target)
        failures += got not in attack.gets
        print(f"{attack.name:50} {got:15} {'' if got in attack.gets else 'MUST BE ' + str(attack.gets)}")  # noqa: T201
    return failures


def main() -> int:
    """The table; 1 if an attack got what it must not."""
    failures = 0
    for attacks, is_exam in ((ATTACKS, False), (INSIDE, False), (AT_AN_EXAM, True)):
        with tempfile.TemporaryDirectory() as folder, served(Path(folder), exam=is_exam) as (_, target):
            join(target, "Victim")
            failures += try_all(target, attacks, alone=attacks is ATTACKS)
    print(f"{len(ATTACKS) + len(INSIDE) + len(AT_AN_EXAM)} attacks, {failures} got what they must not")  # noqa: T201
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
