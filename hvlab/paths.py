"""Where lessons and assets lie, in a checkout and in the wheel, and where the user's own files go.

Everything that touches a real path asks here, so that no other module guesses.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "_data"
_ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent


def assets() -> Path:
    """The folder of data files: platforms, guests, scenarios, locales, help."""
    return _ROOT / "assets"


def lessons() -> Path:
    """The folder of lessons, one folder a chapter, in it one folder a lesson."""
    return _ROOT / "lessons"


def user_data() -> Path:
    """Where progress and recorded sessions are kept; made on first use."""
    folder = _users_own()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def packs() -> Path:
    """Where installed packs of lessons lie, one folder a pack; nothing is made, for most learners have none."""
    return _users_own() / "packs"


def _users_own() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("hvlab", appauthor=False))
