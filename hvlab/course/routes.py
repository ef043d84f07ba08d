"""Routes through the course: which lessons one takes who has two hours, a day, or the time for all of it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence

import msgspec

from hvlab import paths
from hvlab.course import library
from hvlab.course.map import CourseMap, Place
from hvlab.course.model import BadLesson, Localized
from hvlab.course.progress import Progress
from hvlab.text import Text

NAME = "routes.toml"


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`minutes` is the most that the lessons may take together; no `lessons` means all, in the course's order."""

    title: Localized
    minutes: int
    lessons: list[str] = []


def routes() -> dict[str, Route]:
    """All routes by name, the shortest first. BadLesson if the file is wrong or names a lesson that is not there."""
    path = paths.lessons() / NAME
    try:
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, Route])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadLesson(f"{path}: {error}") from None
    known = library.ids()
    for name, route in found.items():
        for lesson in route.lessons:
            if lesson not in known:
                near = difflib.get_close_matches(lesson, known, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise BadLesson(
                    f"{path}: the route {name!r} names the lesson {lesson!r}, which there is not{hint}"
                )
    return found


def lessons_of(name: str) -> list[str]:
    """The lessons of a route, in its order; all of them without a name. BadLesson."""
    if not name:
        return library.ids()
    known = routes()
    if name not in known:
        near = difflib.get_close_matches(name, list(known), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
        raise BadLesson(f"there is no route {name!r}; {hint}")
    return known[name].lessons or library.ids()


def table(name: str, progress: Progress, text: Text) -> list[str]:
    """A route as lines: every lesson with how far one is, and the sum. BadLesson."""
    wanted = lessons_of(name)
    places = {
        place.lesson: place
        for stretch in CourseMap(progress, text.language).stretches()
        for place in stretch.places
    }
    taken = [places[lesson] for lesson in wanted]
    title = routes()[name or "whole"].title[text.language]
    width = max(len(place.lesson) for place in taken)
    others = {lesson: pack.name for pack in library.installed() for lesson in pack.lessons}
    own = [place for place in taken if place.lesson not in others]
    lines = [title, *(_line(place, width, text) for place in own), _sum(own, text)]
    for pack in dict.fromkeys(others.values()):
        if held := [place for place in taken if others.get(place.lesson) == pack]:
            lines += [text("course.pack", name=pack), *(_line(place, width, text) for place in held)]
    return lines


def _line(place: Place, width: int, text: Text) -> str:
    state = text(f"course.state.{place.state}")
    return f"  {place.lesson:<{width}} {place.minutes:>3} min  {state:<9} {place.title}"


def _sum(places: Sequence[Place], text: Text) -> str:
    return text(
        "course.route_sum",
        count=len(places),
        minutes=sum(place.minutes for place in places),
        passed=sum(place.state == "passed" for place in places),
    )
