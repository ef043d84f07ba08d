"""Trace events as sentences, in the learner's language: the screen's lists and the plain console say the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from hvlab.host.concerning import machine_of as machine_of  # sentences and pictures name it, too
from hvlab.session.units import bytes_text
from hvlab.text import Text

if TYPE_CHECKING:  # the screen names machines before there is a world
    from hvlab.kernel.trace import TraceEvent


EXITS = ("exit", "intercept", "hypercall")
"""Each way in which a processor leaves for the hypervisor: it was trapped, an access is answered by the parent, or it
called. All of them together are the exits of a partition, here as in Get-LabPartition and a workload's result."""
HOSTED = frozenset(("context.switch", "host.call", "copy"))
"""What only a monitor hosted by an operating system does: there is no hypervisor then, and no partition."""


def who(path: str, text: Text, hosted: bool = False) -> str:
    """A path of the trace as a person says it."""
    parts = path.split("/")[1:]
    if not parts:
        return path
    if parts[0] == "hypervisor":
        return text("tui.who.monitor" if hosted else "tui.who.hypervisor")
    if parts[0] != "root":
        return parts[0]
    if len(parts) == 1:
        return text("tui.who.root")
    name = {
        "vmms": "VMMS",
        "storvsp": "storvsp",
        "vmbus": text("tui.who.root"),
        "storage": text("tui.who.disk"),
    }
    if parts[1] == "vmwp":
        return text("tui.who.service" if hosted else "tui.who.worker")
    return name.get(parts[1], parts[1])


def say(event: TraceEvent, text: Text) -> str:
    """One event in one sentence."""
    special = _SPECIAL.get(event.kind)
    message = special(event, text) if special is not None else f"tui.say.{event.kind}"
    if not text.has(message):
        message = f"tui.say.{event.kind}"
    data = event.get("bytes")
    values = {name: value for name, value in event.fields.items() if name != "bytes"}
    values.update(
        source=who(event.source, text, event.kind in HOSTED),
        target=who(event.target, text, event.kind in HOSTED),
        vm=machine_of(event) or text("tui.who.root"),
        channel=event.channel or "",
        partition=event.partition or "",
        size=len(data) if isinstance(data, (bytes, bytearray)) else 0,
        port=f"0x{event.get('port') or 0:x}",
        phase=text(f"tui.phase.{event.get('phase')}") if event.kind == "guest.phase" else "",
        bytes=bytes_text(data, text) if isinstance(data, int) else "",
    )
    for name in _WORDS:
        if isinstance(values.get(name), str):
            values[name] = word(str(values[name]), text)
    if event.kind == "vm.state":
        values["state"] = _state(
            str(event.get("state") or ""), text
        )  # as the machine's state is called everywhere
    if event.kind == "vp.run":
        values.update(ran=_milliseconds(event.get("ran")), waited=_milliseconds(event.get("waited")))
    if event.kind == "vmbus.message":
        values.update(_message_values(event))
    said = text(message, **values)
    for name in (
        "source",
        "target",
        "vm",
    ):  # "the root calls" begins a sentence; a machine's name stays as it is
        value = str(values[name])
        if said.startswith(value) and value[:4] in ("der ", "die ", "das ", "the "):
            return said[0].upper() + said[1:]
    return said


def _milliseconds(nanoseconds: object) -> str:
    return f"{nanoseconds // 1_000_000} ms" if isinstance(nanoseconds, int) else str(nanoseconds)


_WORDS = (
    *("operation", "outcome", "route", "action", "access", "reason"),
    *("state", "why", "protocol", "detail", "way", "what", "direction"),
)
"""Fields whose values are plain words that each language says its own way."""
_NUMBER = re.compile(r"0x[0-9a-f]+")


def word(value: str, text: Text) -> str:
    """A word of the trace in the language of the screen; names of the field stay as they are.

    A number in it stands as # in the word's name.
    """
    number = _NUMBER.search(value)
    general = value.replace(number[0], "#", 1) if number else value
    name = f"tui.word.{general.replace(' ', '_')}"
    return text(name, number=number[0] if number else "") if text.has(name) else value


def field_name(name: str, text: Text) -> str:
    """What a field of an event is called."""
    return text(f"tui.field.{name}") if text.has(f"tui.field.{name}") else name


def field_value(event: TraceEvent, name: str, text: Text) -> str:
    """The value of a field, not of bytes, as the inspector shows it."""
    value = event.fields[name]
    if isinstance(value, bool):
        return word("yes" if value else "no", text)
    if isinstance(value, int):
        return f"0x{value:x}" if name in _HEXADECIMAL else str(value)
    said = str(value)
    if event.kind == "vm.state" and name in ("state", "previous"):
        return _state(said, text)
    if event.kind == "guest.phase" and name == "phase":
        return text(f"tui.phase.{said}")
    return word(said, text) if name in _WORDS else said


_HEXADECIMAL = ("code", "port", "input", "result", "value", "status", "vector")


def _state(state: str, text: Text) -> str:
    name = f"tui.state.{state.lower()}"
    return text(name) if text.has(name) else state


def _message_values(event: TraceEvent) -> dict[str, object]:
    from hvlab.vmbus import messages

    try:
        _, fields, _ = messages.parse(event.get("bytes"))
    except messages.BadMessage:
        return {"version": "?", "relid": "?", "result": "?"}
    version = fields.get("version", fields.get("selected_version", 0))
    return {
        "version": messages.VERSION_NAMES.get(version, f"0x{version:x}"),
        "relid": fields.get("channel_id", "?"),
        "result": fields.get("status", 0),
    }


def _by_name(prefix: str, value: str) -> Callable[[TraceEvent, Text], str]:
    return lambda event, text: f"tui.say.{prefix}.{event.get(value)}"


def _process(event: TraceEvent, text: Text) -> str:
    """Which process it is: a machine's worker, the management service, or the service of a hosted monitor."""
    own = f"tui.say.process.{event.get('action')}.{str(event.get('process')).partition('.')[0]}"
    return own if text.has(own) else f"tui.say.process.{event.get('action')}"


_SPECIAL: dict[str, Callable[[TraceEvent, Text], str]] = {
    "vmbus.message": _by_name("message", "name"),
    "hypercall": lambda event, text: (
        "tui.say.hypercall_failed" if event.get("status") else f"tui.say.call.{event.get('name')}"
    ),
    "process": _process,
    "host.file": lambda event, text: (
        "tui.say.host_folder" if event.get("action") == "folder" else "tui.say.host.file"
    ),
    "guest.file": lambda event, text: (
        "tui.say.guest_list" if event.get("action") == "list" else "tui.say.guest.file"
    ),
    "fault": lambda event, text: "tui.say.fault" if event.get("detail") else "tui.say.fault_plain",
    "net.frame": _by_name("frame", "action"),
    "vmbus.channel": _by_name("channel", "state"),
    "guest.workload": _by_name("workload", "action"),
    "integration": _by_name("integration", "action"),
    "guest.writers": _by_name("guest.writers", "action"),
    "migration": lambda event, text: (
        "tui.say.migration_round" if event.get("action") == "round" else "tui.say.migration"
    ),
    "partition": lambda event, text: (
        "tui.say.partition.root" if event.partition == 1 else "tui.say.partition"
    ),
    "interrupt": lambda event, text: (
        "tui.say.line" if event.get("reason") == "device line" else "tui.say.interrupt"
    ),
}
