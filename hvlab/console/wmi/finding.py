"""Finding instances: by class, by path, by a query. What is not there is said in WMI's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from hvlab.console.lab import Lab
from hvlab.console.wmi import wql
from hvlab.console.wmi.associations import CLASSES, associations
from hvlab.console.wmi.model import CIMV2, Instance, WmiClass
from hvlab.console.wmi.wql import BadQuery, Condition, EventQuery, Related, Select

_BEFORE_CLASS = re.compile(r'^(?:\\\\[^\\:"]+\\)?(?:[^:."]+:)?')
"""Server and namespace in front of a path's class; keys may hold colons too."""


class NotInWmi(Exception):
    """No such namespace, class or object: `reason` is an id, `what` the name that was given."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(f"{reason}: {what}")
        self.reason, self.what = reason, what


def namespaces(lab: Lab) -> tuple[str, ...]:
    """The namespaces of this platform's host."""
    return (*lab.platform.wmi_namespaces, CIMV2)


def namespace_of(lab: Lab, text: str) -> str:
    """The namespace as it is written here. NotInWmi."""
    wanted = text.casefold().replace("/", "\\").strip("\\")
    found = next((one for one in namespaces(lab) if one == wanted), None)
    if found is None:
        raise NotInWmi("no-namespace", text)
    return found


def classes_of(namespace: str) -> Iterator[WmiClass]:
    """The classes of a namespace."""
    return (one for one in CLASSES if namespace in one.namespaces)


def class_of(namespace: str, name: str) -> WmiClass:
    """A class by its name, in any case. NotInWmi."""
    found = next((one for one in classes_of(namespace) if one.name.casefold() == name.casefold()), None)
    if found is None:
        raise NotInWmi("no-class", name)
    return found


def home_of(lab: Lab, name: str) -> tuple[str, str] | None:
    """The namespace that has a class of this name, in any case, and the name as it is written; None if none has."""
    for namespace in namespaces(lab):
        for one in classes_of(namespace):
            if one.name.casefold() == name.casefold():
                return namespace, one.name
    return None


@lru_cache(maxsize=256)
def _derived(namespace: str, name: str) -> tuple[WmiClass, ...]:
    """The classes of a namespace that are of that class or derive from it."""
    return tuple(one for one in classes_of(namespace) if one.is_a(name))


def instances(lab: Lab, namespace: str, name: str, condition: Condition | None = None) -> Iterator[Instance]:
    """Those of a class that a condition holds for; of a base class, those of all that derive from it.

    NotInWmi, BadQuery, both when the first is asked for.
    """
    yield from _chosen(lab, namespace, name, condition)


def _chosen(lab: Lab, namespace: str, name: str, condition: Condition | None) -> list[Instance]:
    kinds = _derived(namespace, name)
    if not kinds:
        raise NotInWmi("no-class", name)
    chosen: list[Instance] = []
    for kind in kinds:
        found = kind.all(lab, namespace)
        chosen += found if condition is None else filter(condition(kind.reader), found)
    return chosen


def find_path(lab: Lab, namespace: str, path: str) -> Instance | None:
    """The instance with that path, whole or beginning with its class."""
    wanted = _plain(_BEFORE_CLASS.sub("", path, count=1))
    name = wanted.partition(".")[0].partition("=")[0]
    kinds = [one for one in classes_of(namespace) if one.name.casefold() == name]
    if wanted == f"{name}=@":  # a class with one instance needs no key
        return next((one for kind in kinds for one in kind.all(lab, namespace)), None)
    found = (one for kind in kinds for one in kind.all(lab, namespace))
    return next((one for one in found if _same_path(one, wanted)), None)


def _plain(path: str) -> str:
    """A path for comparing: backslashes within keys may be doubled or not."""
    return path.casefold().replace("\\\\", "\\")


def _same_path(one: Instance, wanted: str) -> bool:
    """Whether a path names it: all keys, in any order."""
    own = _plain(one.relative_path)
    if own == wanted:
        return True
    keys = wanted.partition(".")[2]
    return bool(keys) and sorted(own.partition(".")[2].split(",")) == sorted(keys.split(","))


def ask(lab: Lab, namespace: str, query: str) -> tuple[tuple[str, ...], list[Instance]]:
    """The answer to a query, and the properties that it names (none: all). BadQuery, NotInWmi."""
    parsed = wql.parse(query)
    if isinstance(parsed, EventQuery):
        raise BadQuery("an event query is for Register-WmiEvent", 0)
    if isinstance(parsed, Select):
        return parsed.properties, _chosen(lab, namespace, parsed.source, parsed.condition)
    return (), list(_related(lab, namespace, parsed))


def select(lab: Lab, namespace: str, name: str, condition: str | None) -> list[Instance]:
    """The instances of a class that a condition holds for. BadQuery, NotInWmi."""
    return list(instances(lab, namespace, name, wql.condition(condition) if condition else None))


def _related(lab: Lab, namespace: str, query: Related) -> Iterable[Instance]:
    start = find_path(lab, namespace, query.path)
    if start is None:
        raise NotInWmi("no-object", query.path)
    filters, path = query.filters, start.path
    for pair in associations(lab, namespace):
        for own, other in ((0, 1), (1, 0)):
            if pair.ends[own].path != path:
                continue
            wanted = (
                ("assocclass", pair.kind),
                ("role", pair.roles[own]),
                ("resultrole", pair.roles[other]),
            )
            if any(filters.get(name, value).casefold() != value.casefold() for name, value in wanted):
                continue
            joint = Instance(lab, class_of(namespace, pair.kind), pair, namespace)
            result = joint if query.references else pair.ends[other]
            if "resultclass" in filters and not result.kind.is_a(filters["resultclass"]):
                continue
            yield result
