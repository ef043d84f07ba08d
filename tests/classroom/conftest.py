"""A class for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.classroom.support import Room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A class with an empty database."""
    opened = Room(tmp_path)
    yield opened
    opened.store.close()
