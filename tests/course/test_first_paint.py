"""The first page of a lesson is shown before the lab is loaded: what that needs stays small."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sys
from hvlab.course import learning, library
from hvlab.tui.app import run_app
library.find("first-child-partition")
heavy = [name for name in ("hvlab.session.session", "hvlab.console.shell", "hvlab.guests", "hvlab.host.vmms")
         if name in sys.modules]
sys.exit(" ".join(heavy) or 0)
"""


def test_the_lab_is_not_loaded_before_the_first_paint() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
