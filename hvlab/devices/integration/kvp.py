"""Key-value pair exchange: host and guest read and write each other's pools of small texts.

The host asks one thing at a time; what else it wants waits in order. A pool is
read by ENUMERATE with a rising index until the guest answers that there is no
more (section 4c of the reference).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hvlab.devices.integration import guest, host, protocol
from hvlab.devices.integration.guest import IcGuest, KvpChanged
from hvlab.devices.integration.host import READY, Done, IcHost
from hvlab.devices.integration.protocol import (
    KVP,
    STATUS_FAIL,
    STATUS_NO_MORE,
    STATUS_NOT_FOUND,
    STATUS_OK,
    STATUS_UNSUPPORTED,
)

GET, SET, DELETE, ENUMERATE = 0, 1, 2, 3
EXTERNAL, GUEST, AUTO = 0, 1, 2
"""What the host gives to the guest, what the guest gives, and what the system says of itself."""
REG_SZ = 1
MAXIMUM_KEY, MAXIMUM_VALUE = 255, 1023
"""Characters that have room, the closing zero not counted."""


def encode(text: str) -> bytes:
    """UTF-16 with its closing zero."""
    return text.encode("utf-16-le") + b"\0\0"


def decode(data: bytes, size: int) -> str:
    """The text in a field of which `size` bytes count. ValueError if it is none."""
    if size < 2 or size % 2 or size > len(data):
        raise ValueError("no text")
    return data[:size].decode("utf-16-le").rstrip("\0")


def fits(key: str, value: str = "") -> bool:
    """Whether a key and a value have room in a message."""
    return len(encode(key)) <= 2 * MAXIMUM_KEY + 2 and len(encode(value)) <= 2 * MAXIMUM_VALUE + 2


def pack_value(key: str, value: str) -> bytes:
    """A key with its value."""
    key_bytes, value_bytes = encode(key), encode(value)
    return protocol.KVP_VALUE.pack(
        value_type=REG_SZ,
        key_size=len(key_bytes),
        value_size=len(value_bytes),
        key=key_bytes,
        value=value_bytes,
    )


def read_value(body: bytes) -> tuple[str, str]:
    """The key and the value in a message. ValueError if it is cut short or its sizes are wrong."""
    if len(body) < protocol.KVP_VALUE.size:
        raise ValueError("short")
    found = protocol.KVP_VALUE.unpack(body)
    return decode(found["key"], found["key_size"]), decode(found["value"], found["value_size"])


# -- the host's end -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """Something that the host wants: `index` is ENUMERATE's."""

    operation: int
    pool: int
    key: str = ""
    value: str = ""
    index: int = 0

    @property
    def body(self) -> bytes:
        """The message."""
        head = protocol.KVP_HEADER.pack(operation=self.operation, pool=self.pool)
        if self.operation == ENUMERATE:
            return head + protocol.KVP_INDEX.pack(index=self.index) + bytes(protocol.KVP_VALUE.size)
        if self.operation == DELETE:
            key = encode(self.key)
            return head + protocol.KVP_KEY.pack(key_size=len(key), key=key)
        return head + pack_value(self.key, self.value)


@dataclass
class KvpHost(IcHost):
    """The host's end: `items` is what it has read, by pool."""

    asking: Wish | None = None
    wishes: list[Wish] = field(default_factory=list)
    items: dict[int, dict[str, str]] = field(default_factory=dict)
    reading: dict[str, str] = field(default_factory=dict)
    """The pool that is being read, as far as it has been."""

    def wish(self, wish: Wish) -> list[host.Effect]:
        """Ask this when it is its turn; nothing before versions are agreed."""
        if self.state != READY:
            return []
        self.wishes.append(wish)
        return self._next()

    def give_up(self) -> list[host.Effect]:
        """The guest has not answered in time: nothing of what waits will be asked."""
        if self.asking is None:
            return []
        what = protocol.KVP_OPERATIONS[self.asking.operation]
        self.asking, self.wishes = None, []
        return [Done(what, STATUS_FAIL)]

    def reset(self) -> None:
        """Nothing waits any more; what was read was the former guest's."""
        super().reset()
        self.asking, self.wishes, self.items, self.reading = None, [], {}, {}

    def _next(self) -> list[host.Effect]:
        if self.asking is not None or not self.wishes:
            return []
        self.asking = self.wishes.pop(0)
        if self.asking.operation == ENUMERATE and self.asking.index == 0:
            self.reading = {}
        return [self.ask(KVP, self.asking.body)]

    def answered_with(self, header: dict[str, int], body: bytes) -> list[host.Effect]:
        """An answer to what is being asked; any other is not heard."""
        wish = self.asking
        if wish is None or header["transaction_id"] != self.transaction:
            return []
        self.asking = None
        done = _ANSWERS[wish.operation](self, wish, header["status"], body)
        return [*done, *self._next()]

    def _read_more(self, wish: Wish, status: int, body: bytes) -> list[host.Effect]:
        if status == STATUS_NO_MORE:
            self.items[wish.pool] = self.reading
            return [Done("ENUMERATE", STATUS_OK)]
        try:
            key, value = read_value(body[protocol.KVP_HEADER.size + protocol.KVP_INDEX.size :])
        except ValueError:
            status = status or STATUS_FAIL
        if status != STATUS_OK:
            return [Done("ENUMERATE", status)]
        self.reading[key] = value
        self.wishes.insert(0, Wish(ENUMERATE, wish.pool, index=wish.index + 1))
        return []

    def _got(self, wish: Wish, status: int, body: bytes) -> list[host.Effect]:
        if status == STATUS_OK:
            try:
                key, value = read_value(body[protocol.KVP_HEADER.size :])
                self.items.setdefault(wish.pool, {})[key] = value
            except ValueError:
                status = STATUS_FAIL
        return [Done("GET", status)]

    def _changed(self, wish: Wish, status: int, body: bytes) -> list[host.Effect]:
        return [Done(protocol.KVP_OPERATIONS[wish.operation], status)]


_ANSWERS: dict[int, Callable[[KvpHost, Wish, int, bytes], list[host.Effect]]] = {
    GET: KvpHost._got,
    SET: KvpHost._changed,
    DELETE: KvpHost._changed,
    ENUMERATE: KvpHost._read_more,
}


# -- the guest's end ----------------------------------------------------------------------------


@dataclass
class KvpGuest(IcGuest):
    """The guest's end with its pools. The host may change none but the external one."""

    pools: dict[int, dict[str, str]] = field(default_factory=lambda: {EXTERNAL: {}, GUEST: {}, AUTO: {}})

    def asked(self, header: dict[str, int], body: bytes) -> list[guest.Effect]:
        """A request about a pool."""
        size = protocol.KVP_HEADER.size
        if len(body) < size:
            return [self.answer(header, body, STATUS_FAIL)]
        head = protocol.KVP_HEADER.unpack(body)
        act = _REQUESTS.get(head["operation"])
        pool = self.pools.get(head["pool"])
        if act is None or pool is None:
            return [self.answer(header, body, STATUS_UNSUPPORTED)]
        try:
            status, rest, key = act(pool, head["pool"], body[size:])
        except ValueError:
            status, rest, key = STATUS_FAIL, body[size:], ""
        effects: list[guest.Effect] = [self.answer(header, body[:size] + rest, status)]
        if key:
            effects.append(KvpChanged(head["pool"], key))
        return effects


_Outcome = tuple[int, bytes, str]
"""Status, the answer after the header, and the key that was changed."""


def _get(pool: dict[str, str], number: int, data: bytes) -> _Outcome:
    key, _ = read_value(data)
    if key not in pool:
        return STATUS_NOT_FOUND, data, ""
    return STATUS_OK, pack_value(key, pool[key]), ""


def _set(pool: dict[str, str], number: int, data: bytes) -> _Outcome:
    if number != EXTERNAL:
        return STATUS_FAIL, data, ""
    key, value = read_value(data)
    pool[key] = value
    return STATUS_OK, data, key


def _delete(pool: dict[str, str], number: int, data: bytes) -> _Outcome:
    if number != EXTERNAL:
        return STATUS_FAIL, data, ""
    if len(data) < protocol.KVP_KEY.size:
        raise ValueError("short")
    found = protocol.KVP_KEY.unpack(data)
    key = decode(found["key"], found["key_size"])
    if pool.pop(key, None) is None:
        return STATUS_NOT_FOUND, data, ""
    return STATUS_OK, data, key


def _enumerate(pool: dict[str, str], number: int, data: bytes) -> _Outcome:
    if len(data) < protocol.KVP_INDEX.size:
        raise ValueError("short")
    index = protocol.KVP_INDEX.unpack(data)["index"]
    items = list(pool.items())
    if index >= len(items):
        return STATUS_NO_MORE, data, ""
    return STATUS_OK, protocol.KVP_INDEX.pack(index=index) + pack_value(*items[index]), ""


_REQUESTS: dict[int, Callable[[dict[str, str], int, bytes], _Outcome]] = {
    GET: _get,
    SET: _set,
    DELETE: _delete,
    ENUMERATE: _enumerate,
}
