"""Prints the table of ratios: `python -m tests.benchmarks`. Exits with pytest's own status."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.exit(
    pytest.main(
        ["-q", "-s", "-n", "0", "-m", "benchmark", "-p", "no:cacheprovider", str(Path(__file__).parent)]
    )
)
