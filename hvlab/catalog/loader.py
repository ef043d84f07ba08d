"""Reads the data files and says clearly what is wrong with one."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hvlab import paths
from hvlab.catalog.models import Guest, Platform, Scenario

T = TypeVar("T")


class BadCatalog(Exception):
    """A data file is missing or wrong; the text says where and what."""


def read(folder: str, name: str, kind: type[T]) -> T:
    """The data file of that name in a folder of assets/. Raises BadCatalog."""
    return parse(_path(folder, name), kind)


def _path(folder: str, name: str) -> Path:
    path = paths.assets() / folder / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(_names(folder))
        raise BadCatalog(f"there is no {folder.removesuffix('s')} {name!r}; there are: {known}")
    return path


def parse(path: Path, kind: type[T]) -> T:
    """Read one TOML file as the given shape. Raises BadCatalog with file and place."""
    try:
        return msgspec.convert(_table(path), kind)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise BadCatalog(f"{path}: {error}") from error


def _table(path: Path) -> dict[str, Any]:
    """A file's table; with `based_on = "..."` it says only what differs from another file beside it."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    base = table.pop("based_on", None)
    return table if base is None else _merged(_table(path.with_name(f"{base}.toml")), table)


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        before = merged.get(key)
        nested = isinstance(value, dict) and isinstance(before, dict) and "value" not in value
        merged[key] = _merged(before, value) if nested and isinstance(before, dict) else value
    return merged


def _names(folder: str) -> list[str]:
    return sorted(path.stem for path in (paths.assets() / folder).glob("*.toml"))


@functools.cache
def platform(name: str) -> Platform:
    """The platform of that id. Raises BadCatalog."""
    return read("platforms", name, Platform)


@functools.cache
def guest(name: str) -> Guest:
    """The guest operating system of that id. Raises BadCatalog."""
    return read("guests", name, Guest)


@functools.cache
def scenario(name: str) -> Scenario:
    """The scenario of that id. Raises BadCatalog."""
    return read("scenarios", name, Scenario)


@functools.cache
def layout_sizes() -> dict[str, int]:
    """The sizes in bytes that the specifications give, by layout. Raises BadCatalog."""
    groups = parse(paths.assets() / "layouts.toml", dict[str, dict[str, int]])
    return {name: size for group in groups.values() for name, size in group.items()}


def platforms() -> list[str]:
    """The ids of all platforms."""
    return _names("platforms")


def guests() -> list[str]:
    """The ids of all guests."""
    return _names("guests")


def scenarios() -> list[str]:
    """The ids of all scenarios."""
    return _names("scenarios")
