"""Windows paths: what a path means, which are refused, and when two name the same file.

Pure functions over text. Nothing here knows which volumes or files there are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from hvlab.storage.errors import BadPath

_FORBIDDEN = frozenset('<>"|?*:')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])", re.IGNORECASE)
NAME_LIMIT = 255
"""Characters of one name on NTFS, in UTF-16 units."""
PATH_LIMIT = 259
"""Characters of a whole path: Windows' 260 with the zero at its end."""


@lru_cache(maxsize=1024)  # every disk request names its file by its path
def normalise(path: str, folder: str | None = None) -> str:
    """An absolute path with single backslashes, an upper-case letter, no `.` or `..`. BadPath.

    A path that is not absolute lies in `folder`, itself a normalised path; without one it is refused.
    """
    text = path.strip().replace("/", "\\")
    if text.startswith("\\\\"):
        raise BadPath(path, "network")
    if folder is not None and not _has_letter(text):
        text = folder[:2] + text if text.startswith("\\") else f"{folder}\\{text}"
    if not _has_letter(text) or text[2:3] not in ("", "\\"):
        # `C:disk.vhd` too: it is relative to a current folder that each drive has, and a host has none.
        raise BadPath(path, "relative")
    parts: list[str] = []
    for part in text[3:].split("\\"):
        if part == "..":
            if not parts:
                raise BadPath(path, "above-root")
            parts.pop()
        elif part not in ("", "."):
            _check_name(path, part)
            parts.append(part)
    if not parts:
        raise BadPath(path, "volume")
    whole = f"{text[0].upper()}:\\" + "\\".join(parts)
    if _units(whole) > PATH_LIMIT:
        raise BadPath(path, "long")
    return whole


def _has_letter(text: str) -> bool:
    return text[1:2] == ":" and text[0].isascii() and text[0].isalpha()


def _check_name(path: str, name: str) -> None:
    if _FORBIDDEN & set(name) or min(name) < " ":
        raise BadPath(path, "character")
    if name[-1] in " .":
        # Windows drops these without a word; a learner who typed one is better told.
        raise BadPath(path, "name-end")
    if _DEVICE.fullmatch(name.split(".", 1)[0].rstrip()):
        raise BadPath(path, "device")
    if _units(name) > NAME_LIMIT:
        raise BadPath(path, "long")


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def relative(target: str, folder: str) -> str | None:
    """How a file is reached from a folder (both normalised), `.\\` first; None on another volume."""
    there, here = target.split("\\"), folder.split("\\")
    if there[0] != here[0]:
        return None
    common = 0
    while common < min(len(there) - 1, len(here)) and there[common].casefold() == here[common].casefold():
        common += 1
    up = len(here) - common
    return "\\".join([*([".."] * up or ["."]), *there[common:]])
