"""The README is a promise: its commands are those that are run in CI, and what it shows is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_readmes_own_test_command() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    assert len(commands) == 2 and all(command.count("\n") == 0 for command in commands)
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_picture_and_command_in_it_exists() -> None:
    from hvlab.cli import cli

    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target
    for name in re.findall(r"`hvlab ([a-z]+)", README):
        assert name in cli.commands, name


def test_the_first_screen_says_what_one_needs_to_know() -> None:
    first = "\n".join(README.splitlines()[:40])
    for phrase in (
        "runs in your terminal",
        "touches nothing",
        "no Windows",
        "no administrator",
        "no network",
    ):
        assert phrase in " ".join(first.split()), phrase
    assert "not affiliated" in README
