"""Groups that share one lab: who is in which role, and what a role may do.

Whatever a member types is a request: the class server orders the requests of all members into one log, and
every member's lab does them in that order. So time passes in such a lab only within commands, and nobody goes back
alone. Stopping a command is such an order too: it names the simulated time at which the command ends, in each lab, may
that have come so far or farther.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

import msgspec

from hvlab import paths
from hvlab.console.cmdlets import CmdletTable
from hvlab.course.exam import ANYTHING, named_commands
from hvlab.kernel import World
from hvlab.session.cmdlets import TRAVELLING
from hvlab.session.session import Mover, Session, Stopped
from hvlab.text import Text

Lost = Literal["pause", "go-on"]
"""What the lab does while a member has no connection: wait for them, or go on without."""
ORDER = 4000
"""The most characters of a command in a group's lab."""
GOING_BACK = frozenset(cmdlet.name for cmdlet in TRAVELLING)


class Role(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role; `commands` are names with * and ?."""

    id: str
    title: dict[str, str]
    commands: list[str]
    stops: bool = False
    """Whether it may stop what others have begun; everybody may stop their own."""


class Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """assets/roles.toml."""

    everybody: list[str]
    role: list[Role]


class Member(msgspec.Struct, frozen=True):
    """Somebody in a group."""

    name: str
    role: str


class Team(msgspec.Struct, frozen=True):
    """A group, as one of its members is told of it: `role` is their own."""

    name: str
    role: str
    members: list[Member]
    lost: Lost = "pause"


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """A command that was put into a group's log: who gave it, in which role."""

    by: str
    role: str
    text: str
    halts: int = 0
    """The number of the order that is to end, in place of a command of its own."""
    to: int = 0
    """At which simulated time (ns) it ends."""


class Denied(msgspec.Struct, frozen=True):
    """Why a text is not for somebody: the first command that is not (or ANYTHING), and which roles may."""

    command: str
    roles: list[str]


@lru_cache(maxsize=1)
def roles() -> Roles:
    """The roles that there are."""
    data = tomllib.loads((paths.assets() / "roles.toml").read_text(encoding="utf-8"))
    return msgspec.convert(data, Roles)


def title(role: str, language: str) -> str:
    """A role's name in a language."""
    return next((one.title[language] for one in roles().role if one.id == role), role)


def may(role: str, command: str) -> bool:
    """Whether a role allows a command, by its full name."""
    known = roles()
    own = next((one.commands for one in known.role if one.id == role), [])
    return fits(command, [*known.everybody, *own])


def fits(command: str, patterns: Sequence[str]) -> bool:
    """Whether a command's name is one of those that are meant."""
    return any(fnmatchcase(command.lower(), pattern.lower()) for pattern in patterns)


def halted(order: str) -> int:
    """The number of the order that an order (JSON) ends; 0 if it is none of that kind."""
    try:
        return msgspec.json.decode(order, type=Order).halts
    except msgspec.DecodeError:
        return 0


def may_stop(name: str, role: str, order: Order) -> bool:
    """Whether a member may stop what was ordered."""
    return order.by == name or any(one.id == role and one.stops for one in roles().role)


class _Until:
    """Moves the world no farther than to a moment; a command that would wait beyond it ends there."""

    def __init__(self, session: Session, inner: Mover, to: int) -> None:
        self._session, self._inner, self._to = session, inner, to

    def move(self, world: World, until: int, stop: Callable[[], bool]) -> None:
        """As the mover that it stands for, or Stopped."""
        held = False

        def holds() -> bool:
            nonlocal held
            held = stop()
            return held

        if world.now < self._to:
            self._inner.move(world, min(until, self._to), holds)
        if not held and world.now >= self._to and until > self._to:
            self._session.note_stop()
            raise Stopped


def cut_short(session: Session, before: int, text: str, to: int) -> None:
    """Do the last order again, from the node `before` it, so that it ends at a simulated time (ns).

    It is the same whether the lab is in the middle of that order, has done it, or could not come to its end.
    """
    session.travel.go(before)
    inner = session.mover
    session.mover = _Until(session, inner, to)
    try:
        session.run(text)
    except Stopped:
        pass
    finally:
        session.mover = inner


def denied(text: str, role: str, table: CmdletTable) -> Denied | None:
    """What a text has that the role does not allow; None if it may be run."""
    for command in named_commands(text, table):
        if command in GOING_BACK or command == ANYTHING:
            return Denied(command, [])
        if not may(role, command):
            return Denied(command, [one.id for one in roles().role if may(one.id, command)])
    return None


def told_denied(why: Denied, team: Team, text: Text) -> str:
    """The refusal as a sentence: what, and who may do it."""
    if why.command in GOING_BACK:
        return text("classroom.team.no_way_back", command=why.command)
    if why.command == ANYTHING:
        return text("classroom.team.unnamed")
    who = []
    for role in why.roles:
        names = ", ".join(member.name for member in team.members if member.role == role)
        name = title(role, text.language)
        who.append(f"{name} ({names})" if names else name)
    own = title(team.role, text.language)
    if not who:
        return text("classroom.team.nobody", command=why.command, role=own)
    return text("classroom.team.denied", command=why.command, role=own, who=" / ".join(who))


def told(team: Team, text: Text) -> list[str]:
    """What a member is told of the group."""
    others = "; ".join(f"{one.name}: {title(one.role, text.language)}" for one in team.members)
    said = [text("classroom.team.you", team=team.name, role=title(team.role, text.language), members=others)]
    return [*said, text("classroom.team.rules")]


def told_missing(missing: Sequence[str], lost: Lost, text: Text) -> str:
    """That members have no connection, and what follows."""
    rule = "waits" if lost == "pause" else "goes_on"
    return (
        text(f"classroom.team.{rule}", names=", ".join(missing)) if missing else text("classroom.team.whole")
    )
