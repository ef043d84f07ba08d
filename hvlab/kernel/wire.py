"""One wire table for each struct: written once, it packs, parses, prints and teaches.

A Layout is a list of Fields without gaps that are not named. `describe` gives
what an inspector shows: each field with its place, its bytes and its value; the
sentence that explains a field is found by the message id `wire.<layout>.<field>`
in the texts, outside the world.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping
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


class Layout:
    """A struct's layout. Attributes: `name`, `fields`, `size` in bytes, `offsets` by field name."""

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
        self._names = tuple(self.offsets)
        self._guids = tuple(field.name for field in fields if field.kind == "guid")
        self._rooms = tuple((field.name, field.size) for field in fields if field.kind == "bytes")
        zeros = {"guid": bytes(16), "bytes": b""}
        self._zeros = {field.name: zeros.get(field.kind, 0) for field in fields}

    def pack(self, **values: Any) -> bytes:
        """The struct's bytes; fields not given are zero. An unknown name is an error."""
        row = {**self._zeros, **values}
        if len(row) > len(self._names):
            raise ValueError(f"{self.name} has no field {', '.join(sorted(row.keys() - self._zeros.keys()))}")
        for name in self._guids:
            value = row[name]
            if isinstance(value, uuid.UUID):
                row[name] = value.bytes_le if self.order == "<" else value.bytes
        for name, size in self._rooms:
            if len(row[name]) > size:
                raise ValueError(f"{self.name}.{name}: {len(row[name])} bytes, room for {size}")
        return self.struct.pack(*row.values())

    def unpack(self, data: bytes | bytearray | memoryview, offset: int = 0) -> dict[str, Any]:
        """The fields' values; struct.error if the data is too short."""
        values = dict(zip(self._names, self.struct.unpack_from(data, offset), strict=True))
        for name in self._guids:
            raw = values[name]
            values[name] = uuid.UUID(bytes_le=raw) if self.order == "<" else uuid.UUID(bytes=raw)
        return values

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
