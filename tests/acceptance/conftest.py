"""The `hvlab` command as a user runs it: a process of its own, its streams and its exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hvlab(tmp_path: Path) -> Run:
    """Run `hvlab` with arguments in a folder of its own."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("HVLAB", "LC_", "LANG"))}
        return subprocess.run(
            [sys.executable, "-m", "hvlab", *arguments],
            cwd=tmp_path,
            env={**environment, "PYTHONIOENCODING": "utf-8", "XDG_DATA_HOME": str(tmp_path)},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], str]:
    """Write a script and give its path."""

    def write(text: str, name: str = "script.ps1") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write
