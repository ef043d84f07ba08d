"""One wire table for each struct: written once, it packs, parses, prints and teaches.

A Layout is a list of Fields without gaps that are not named. `describe` gives
what an inspector shows: each field with its place, its bytes and its value; the
sentence that explains a field is found by the message id `wire.<layout>.<field>`
in the texts, outside the world.
"""

from __future__ import annotations

import functools
import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_INTEGERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i32": "i"}
_SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i32": 4, "guid": 16}


@dataclass(frozen=True)
class Field:
    """One field of a struct.

    `kind` is u8, u16, u32, u64, i32, guid (first three parts little-endian) or
    bytes (of `size`). `names` gives a number's name; `flags` gives each bit's name;
    `shown` is how a number is written: dec or hex. A field whose name starts with
    an underscore is reserved and zero. `since` says with which protocol version the
    field came, where that matters.
    """

    name: str
    kind: str
    size: int = 0
    names: Mapping[int, str] | None = None
    flags: Mapping[int, str] | None = None
    shown: str = "dec"
    since: str | None = None


@dataclass(frozen=True)
class FieldView:
    """A field as found in real bytes: where it lies, its bytes, its value and how that reads."""

    name: str
    offset: int
    size: int
    raw: bytes
    value: int | bytes | uuid.UUID
    text: str
    since: str | None = None


@functools.lru_cache(1024)
def _little_guid(data: bytes) -> uuid.UUID:
    """The GUID of 16 bytes as they lie in memory; the same few devices are named over and over."""
    return uuid.UUID(bytes_le=data)


@functools.lru_cache(1024)
def _big_guid(data: bytes) -> uuid.UUID:
    """The same where the first parts are big-endian too."""
    return uuid.UUID(bytes=data)


class Layout:
    """A struct's layout. Attributes: `name`, `fields`, `size` in bytes, `offsets` by field name."""

    pack: Callable[..., bytes]
    """The struct's bytes from its fields' values by name; those not given are zero.

    An unknown name is a TypeError, too many bytes for a field a ValueError.
    """
    unpack: Callable[..., dict[str, Any]]
    """The fields' values by name, from data and an offset (0); struct.error if the data is too short."""

    def __init__(self, name: str, *fields: Field, order: str = "<") -> None:
        self.name = name
        self.fields = fields
        self.order = order
        codes = []
        self.offsets: dict[str, int] = {}
        offset = 0
        for field in fields:
            self.offsets[field.name] = offset
            size = _SIZES.get(field.kind, field.size)
            codes.append(_INTEGERS.get(field.kind, f"{size}s"))
            offset += size
        self.struct = struct.Struct(order + "".join(codes))
        self.size = self.struct.size
        if self.size != offset:
            raise ValueError(f"layout {name}: {self.size} bytes packed, {offset} declared")
        self.pack, self.unpack = self._compiled()

    def _compiled(self) -> tuple[Callable[..., bytes], Callable[..., dict[str, Any]]]:
        """`pack` and `unpack` for just these fields, made once as dataclasses make theirs.

        Every message and packet passes through one of the two: a loop over the fields at each
        call would be most of its cost.
        """
        form = "bytes_le" if self.order == "<" else "bytes"
        zeros = {"guid": bytes(16), "bytes": b""}
        takes, checks, reads = [], [], []
        for field in self.fields:
            name = field.name
            takes.append(f"{name}={zeros.get(field.kind, 0)!r}")
            reads.append(f"{name!r}: GUID({name})" if field.kind == "guid" else f"{name!r}: {name}")
            if field.kind == "guid":
                checks.append(f"    if isinstance({name}, UUID): {name} = {name}.{form}")
            elif field.kind == "bytes":
                checks.append(
                    f"    if len({name}) > {field.size}: REFUSE({name!r}, len({name}), {field.size})"
                )
        names = ", ".join(self.offsets)
        source = [
            f"def pack(*, {', '.join(takes)}):",
            *checks,
            f"    return PUT({names})",
            "def unpack(data, offset=0):",
            f"    {names}, = TAKE(data, offset)",
            f"    return {{{', '.join(reads)}}}",
        ]
        made: dict[str, Any] = {
            "PUT": self.struct.pack,
            "TAKE": self.struct.unpack_from,
            "REFUSE": self._refuse,
            "UUID": uuid.UUID,
            "GUID": _little_guid if self.order == "<" else _big_guid,
        }
        exec("\n".join(source), made)  # noqa: S102 - the source is made of the fields' names alone
        return made["pack"], made["unpack"]

    def reader(self, *names: str) -> Callable[..., tuple[Any, ...]]:
        """A function that takes only these fields out of data from an offset (0) on, as a tuple.

        The names come in the struct's order; a GUID comes as its 16 bytes. For whoever looks at
        two fields of twenty for every packet. ValueError for names that are not there or not in order.
        """
        if list(names) != [field.name for field in self.fields if field.name in names]:
            raise ValueError(f"layout {self.name}: {', '.join(names)}")
        codes = [
            f"{_SIZES.get(field.kind, field.size)}x"
            if field.name not in names
            else _INTEGERS.get(field.kind, f"{_SIZES.get(field.kind, field.size)}s")
            for field in self.fields
        ]
        return struct.Struct(self.order + "".join(codes)).unpack_from

    def _refuse(self, field: str, length: int, size: int) -> None:
        raise ValueError(f"{self.name}.{field}: {length} bytes, room for {size}")

    def describe(self, data: bytes, offset: int = 0) -> list[FieldView]:
        """Each field of the struct as it lies in `data`; fields beyond its end are left out."""
        views = []
        for field in self.fields:
            start = offset + self.offsets[field.name]
            size = _SIZES.get(field.kind, field.size)
            raw = bytes(data[start : start + size])
            if len(raw) < size:
                break
            views.append(FieldView(field.name, start, size, raw, *self._read(field, raw), since=field.since))
        return views

    def _read(self, field: Field, raw: bytes) -> tuple[int | bytes | uuid.UUID, str]:
        if field.kind == "guid":
            guid = uuid.UUID(bytes_le=raw) if self.order == "<" else uuid.UUID(bytes=raw)
            return guid, str(guid)
        if field.kind == "bytes":
            return raw, _short_hex(raw)
        byteorder = "little" if self.order == "<" else "big"
        number = int.from_bytes(raw, byteorder, signed=field.kind == "i32")  # type: ignore[arg-type]
        text = f"0x{number & (1 << 8 * len(raw)) - 1:x}" if field.shown == "hex" else str(number)
        if field.names is not None:
            text += f" {field.names[number]}" if number in field.names else " ?"
        if field.flags is not None:
            set_flags = [name for bit, name in field.flags.items() if number & bit]
            if set_flags:
                text += " " + " | ".join(set_flags)
        return number, text


def _short_hex(raw: bytes) -> str:
    if not any(raw):
        return f"{len(raw)} x 00"
    return raw[:8].hex(" ") + (" ..." if len(raw) > 8 else "")
