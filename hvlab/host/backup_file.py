"""The list of files of a backup: what it writes last, and what a restore reads first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from xml.etree import ElementTree

import msgspec
from msgspec import Meta, Struct

from hvlab.host.configuration import BadConfiguration, Configuration
from hvlab.host.configuration import read as read_configuration

if TYPE_CHECKING:
    from hvlab.host.backup import BackupRecord, Picture

NAME = "backup.xml"
_Text = Annotated[str, Meta(max_length=1000)]
_MOST_TEXT = 1 << 20


class FileEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a file lay, and where its copy lies in the backup's folder."""

    path: _Text
    copy: _Text


class _Head(Struct, frozen=True, forbid_unknown_fields=True):
    vm: _Text
    host: _Text
    method: _Text
    consistency: _Text
    taken: Annotated[int, Meta(ge=0, le=1 << 62)]
    file: list[FileEntry] = []


@dataclass(frozen=True)
class BackupFile:
    """A whole backup; `taken` in ns."""

    vm: str
    method: str
    consistency: str
    taken: int
    files: list[FileEntry]
    known: Configuration


def inside(path: str) -> str:
    """Where a file of the host lies within a backup: below a folder of its volume's letter."""
    return f"{path[0]}{path[2:]}"


def text_of(record: BackupRecord, host: str, picture: Picture, consistency: str) -> bytes:
    """The list's bytes."""
    root = ElementTree.Element(
        "backup",
        {
            "vm": record.vm,
            "host": host,
            "method": record.method,
            "consistency": consistency,
            "taken": str(record.taken),
        },
    )
    for path in picture.files:
        ElementTree.SubElement(root, "file", {"path": path, "copy": inside(path)})
    root.append(ElementTree.fromstring(picture.configuration.partition("\n")[2]))
    ElementTree.indent(root)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"
    ).encode()


def read(data: bytes) -> BackupFile:
    """What stands in such a file. BadConfiguration."""
    if len(data) > _MOST_TEXT or b"<!" in data:
        raise BadConfiguration("form")
    try:
        root = ElementTree.fromstring(data)
        known = root.find("configuration")
        if root.tag != "backup" or known is None:
            raise BadConfiguration(root.tag)
        files = [dict(one.attrib) for one in root.findall("file")]
        head = msgspec.convert({**root.attrib, "file": files}, _Head, strict=False)
        machine = read_configuration(ElementTree.tostring(known, "utf-8"))
    except (ElementTree.ParseError, msgspec.ValidationError, ValueError, RecursionError) as error:
        raise BadConfiguration(str(error)) from None
    return BackupFile(head.vm, head.method, head.consistency, head.taken, head.file, machine)
