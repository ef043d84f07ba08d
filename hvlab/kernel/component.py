"""What lives in a world: components, whose state is data and whose handlers have names.

A component names its state in STATE; everything else on it is derived and can
be made again. It refers to other components by their names or indices, never by
reference, so that each can be saved and restored alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload

from hvlab.kernel.queue import register_handler

if TYPE_CHECKING:
    from hvlab.kernel.world import World

C = TypeVar("C")
P = TypeVar("P")
N = TypeVar("N", bound="Component")
D = TypeVar("D")


if TYPE_CHECKING:

    class handler(Generic[C, P]):  # noqa: N801 - used as a decorator
        """What `handler` makes of a method, to the eyes of a type checker."""

        id: int

        def __init__(self, function: Callable[[C, P], int | None]) -> None: ...

        @overload
        def __get__(self, instance: None, owner: type) -> handler[C, P]: ...

        @overload
        def __get__(self, instance: object, owner: type) -> Callable[[P], int | None]: ...

        def __get__(self, instance: object | None, owner: type) -> Any: ...

else:

    def handler(function):
        """Mark a method that the kernel may call later; `Class.method.id` is what is queued.

        The method takes the payload and returns None, or a delay in nanoseconds after
        which it is to be called again with the same payload. It stays a plain function: whoever
        schedules it looks it up, and a descriptor of our own would cost a call each time.
        """
        function.id = register_handler(function)
        return function


class neighbour(Generic[N]):  # noqa: N801 - used as a decorator
    """Marks a property that finds another component with which this one works all the time.

    It is looked up once and then kept; the world counts as touched whoever is kept so, and makes
    everybody look anew should it ever be another object (`World.hold`).
    """

    def __init__(self, find: Callable[[Any], N]) -> None:
        self.find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> neighbour[N]: ...

    @overload
    def __get__(self, instance: Component, owner: type) -> N: ...

    def __get__(self, instance: Component | None, owner: type) -> Any:
        if instance is None:
            return self
        found = self.find(instance)
        instance.world.hold(found)
        # What the instance holds itself comes before this descriptor: from now on it is a plain attribute.
        instance.__dict__[self.name] = found
        return found


class derived(Generic[D]):  # noqa: N801 - used as a decorator
    """Marks a property that is made from state and neighbours, and made again when these were put back."""

    def __init__(self, make: Callable[[Any], D]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> derived[D]: ...

    @overload
    def __get__(self, instance: Component, owner: type) -> D: ...

    def __get__(self, instance: Component | None, owner: type) -> Any:
        if instance is None:
            return self
        made = instance.__dict__[self.name] = self.make(instance)
        return made


class Component:
    """A part of the world with a name (a path such as `host1/root/vmms`) and saveable state."""

    STATE: ClassVar[tuple[str, ...]] = ()

    world: World
    name: str
    index: int

    _made: ClassVar[tuple[str, ...]] = ()
    _found: ClassVar[tuple[str, ...]] = ()
    """What a class has of `derived` and of `neighbour`, by name."""

    def after(self, delay: int, what: handler[Any, P], payload: P) -> int:
        """Have one of this component's own handlers called after `delay` ns; returns a ticket."""
        return self.world.schedule(delay, self.index, what.id, payload)

    def __init_subclass__(cls) -> None:
        kept = [(name, getattr(cls, name, None)) for name in dir(cls)]
        cls._made = tuple(name for name, what in kept if isinstance(what, derived))
        cls._found = tuple(name for name, what in kept if isinstance(what, neighbour))

    def outcome(self) -> Any:
        """What this part has come to, whichever way led there (`World.outcome`); None: it is no part of that."""
        return None

    def forget_neighbours(self) -> None:
        """Look them up anew when they are needed next, and make anew what was made with them."""
        for name in self._found:
            self.__dict__.pop(name, None)
        self.forget_derived()

    def forget_derived(self) -> None:
        """The state is another one: make anew what was made from it."""
        for name in self._made:
            self.__dict__.pop(name, None)

    def restored(self) -> None:
        """Called when the state was put back to an earlier one: drop what else depends on it."""
