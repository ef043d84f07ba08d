"""Traces as files: read back, filtered, shown, and written in the formats of other tools.

JSON Lines is hvlab's own form (design page, section 8). Chrome's trace format is read by
Perfetto and speedscope, CTF 1.8 (a folder with `metadata` and one stream) by babeltrace2.
Reading checks every line's shape: a file is hostile until read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from hvlab.kernel.trace import KINDS, TRACE_FORMAT

Line = dict[str, Any]
COMMON = ("seq", "time", "kind", "cause", "source", "target", "partition", "vp", "channel")
_NUMBERS = ("partition", "vp", "channel")


class BadTrace(Exception):
    """The file is no trace; the text says which line and why."""


def read(data: bytes, name: str) -> tuple[Line, list[Line]]:
    """A trace file's header and events. BadTrace with file, line and what is wrong."""
    header: Line | None = None
    events: list[Line] = []
    for number, raw in enumerate(data.splitlines(), 1):
        try:
            line = msgspec.json.decode(raw, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise BadTrace(f"{name}, line {number}: {error}") from None
        if header is None:
            if line.get("format") != TRACE_FORMAT:
                raise BadTrace(f"{name}, line 1: no trace of format {TRACE_FORMAT}")
            header = line
            continue
        kind = KINDS.get(str(line.get("kind")))
        if kind is None:
            raise BadTrace(f"{name}, line {number}: unknown kind {line.get('kind')!r}")
        if tuple(line) != (*COMMON, *kind.fields):
            raise BadTrace(f"{name}, line {number}: not the fields of {kind.name}, in their order")
        if line["seq"] != number - 1 or type(line["time"]) is not int or line["time"] < 0:
            raise BadTrace(f"{name}, line {number}: `seq` and `time` do not count on")
        if not all(line[key] is None or type(line[key]) is int for key in ("cause", *_NUMBERS)):
            raise BadTrace(f"{name}, line {number}: a number was expected")
        if not (isinstance(line["source"], str) and isinstance(line["target"], str)):
            raise BadTrace(f"{name}, line {number}: a path was expected")
        events.append(line)
    if header is None:
        raise BadTrace(f"{name}: the file is empty")
    return header, events


def chosen(
    events: Iterable[Line],
    *,
    kinds: Iterable[str] = (),
    vm: str = "",
    begin: int = 0,
    end: int = 1 << 62,
    story: int = 0,
) -> Iterator[Line]:
    """Events of these kinds, of this machine, between two times (ns), or caused by event `story`."""
    wanted = frozenset(kinds)
    told = {story}
    for event in events:
        if story and event["seq"] != story:
            if event["cause"] not in told:
                continue
            told.add(event["seq"])
        if wanted and event["kind"] not in wanted:
            continue
        if vm and not _concerns(event, vm):
            continue
        if begin <= event["time"] <= end:
            yield event


def _concerns(event: Line, vm: str) -> bool:
    if event.get("vm") == vm:
        return True
    return any(vm in event[side].split("/") for side in ("source", "target"))


def json_lines(header: Line, events: Iterable[Line]) -> Iterator[bytes]:
    """hvlab's own form."""
    yield msgspec.json.encode(header) + b"\n"
    for event in events:
        yield msgspec.json.encode(event) + b"\n"


def as_text(event: Line) -> str:
    """One line for people."""
    own = [f"{key}={event[key]}" for key in event if key not in COMMON and event[key] not in (None, "")]
    cause = f" <- {event['cause']}" if event["cause"] else ""
    path = f"{event['source']} -> {event['target']}"
    return (
        f"{event['seq']:>7} {event['time'] / 1e9:>14.9f} {event['kind']:<15} {path}{cause}  {' '.join(own)}"
    )


# -- Chrome's trace format ------------------------------------------------------------------------------


BAR = 20.0
"""How long an event is drawn at most, in microseconds."""


STRETCHES = {"command": "text", "guest.phase": "phase"}
"""Kinds of event that begin a stretch of time, with the field that names it."""


def chrome(events: Iterable[Line]) -> bytes:
    """A JSON object for Perfetto and speedscope: a process for each host, a thread for each source.

    Times are microseconds. An event has no length of its own: so that one can see it, it is drawn until
    its source's next one, at most `BAR`. What begins a stretch (`STRETCHES`) has a thread of its own and is
    drawn until the next stretch begins. An arrow leads to an event from the one that caused it.
    """
    rows: list[Line] = []
    last: dict[str, Line] = {}
    processes: dict[str, int] = {"console": 1}  # what was typed comes first: speedscope opens with that
    threads: dict[str, int] = {}
    named: set[str] = set()
    places: dict[int, Line] = {}
    stretches: dict[str, None] = {}
    end = 0.0
    for event in events:
        source = event["source"]
        host = source.partition("/")[0]
        stretch = STRETCHES.get(event["kind"])
        if stretch is not None:
            source = f"{source}: {event['kind']}"
        end = event["time"] / 1000
        if host not in named:
            named.add(host)
            processes.setdefault(host, len(processes) + 1)
            rows.append(_named("process_name", processes[host], 0, host))
        if source not in threads:
            threads[source] = len(threads) + 1
            rows.append(_named("thread_name", processes[host], threads[source], source))
        before = last.get(source)
        if before is not None:
            before["dur"] = max(0.001, end - before["ts"] if stretch else min(BAR, end - before["ts"]))
        place = {"ts": end, "pid": processes[host], "tid": threads[source]}
        label = event.get("name") or event.get("reason") or event.get("operation") or ""
        if stretch is not None:
            label = event[stretch]
        rows.append(
            {
                "name": f"{event['kind']} {label}".rstrip(),
                "cat": KINDS[event["kind"]].layer,
                "ph": "X",
                "dur": 0.001,  # until the next event of the same source is known
                **place,
                "args": {key: value for key, value in event.items() if key not in ("time", "kind")},
            }
        )
        last[source] = rows[-1]
        if stretch is not None:
            stretches[source] = None
        cause = places.get(event["cause"] or 0)
        if cause is not None:
            flow = {"name": "cause", "cat": "cause", "id": event["seq"]}
            rows.append({**flow, "ph": "s", **cause})
            rows.append({**flow, "ph": "f", "bp": "e", **place})
        places[event["seq"]] = place
    for source in stretches:
        last[source]["dur"] = max(0.001, end - last[source]["ts"])
    return msgspec.json.encode({"displayTimeUnit": "ns", "traceEvents": rows})


def _named(what: str, process: int, thread: int, name: str) -> Line:
    return {"name": what, "ph": "M", "pid": process, "tid": thread, "args": {"name": name}}


# -- Common Trace Format -----------------------------------------------------------------------------------

_MAGIC = 0xC1FC1FC1
_PACKET = struct.Struct("<IIQQQQ")
"""Magic, stream, begin and end of time, content and packet size in bits."""
_HEADER = struct.Struct("<HQQQiii")
"""Kind, time; seq, cause, partition, virtual processor, channel (-1: none)."""


def _metadata() -> str:
    parts = [
        "/* CTF 1.8 */",
        "typealias integer { size = 16; align = 8; signed = false; } := u16;",
        "typealias integer { size = 32; align = 8; signed = false; } := u32;",
        "typealias integer { size = 32; align = 8; signed = true; } := i32;",
        "typealias integer { size = 64; align = 8; signed = false; } := u64;",
        "trace { major = 1; minor = 8; byte_order = le;"
        " packet.header := struct { u32 magic; u32 stream_id; }; };",
        'clock { name = simulated; description = "simulated time"; freq = 1000000000; offset = 0; };',
        "typealias integer { size = 64; align = 8; signed = false; map = clock.simulated.value; } := stamp;",
        "stream { id = 0;"
        " packet.context := struct"
        " { stamp timestamp_begin; stamp timestamp_end; u64 content_size; u64 packet_size; };"
        " event.header := struct { u16 id; stamp timestamp; };"
        " event.context := struct { u64 _seq; u64 _cause; i32 _partition; i32 _vp; i32 _channel;"
        " string _source; string _target; }; };",
    ]
    for number, kind in enumerate(KINDS.values()):
        fields = " ".join(f"string _{name};" for name in kind.fields)
        parts.append(
            f'event {{ name = "{kind.name}"; id = {number}; stream_id = 0;'
            f" fields := struct {{ {fields} }}; }};"
        )
    return "\n".join(parts) + "\n"


def _string(value: object) -> bytes:
    """A value as CTF's string: UTF-8 that ends with a zero; nothing is empty."""
    text = "" if value is None else str(value)
    return text.replace("\0", " ").encode("utf-8", "replace") + b"\0"


def ctf(events: Iterable[Line]) -> dict[str, bytes]:
    """The files of a CTF trace, by name."""
    numbers = {name: number for number, name in enumerate(KINDS)}
    body = bytearray()
    times: list[int] = []
    for event in events:
        last = event["time"]
        times.append(last)
        places = [-1 if event[key] is None else event[key] for key in _NUMBERS]
        body += _HEADER.pack(numbers[event["kind"]], last, event["seq"], event["cause"] or 0, *places)
        for key in ("source", "target", *KINDS[event["kind"]].fields):
            body += _string(event[key])
    size = (_PACKET.size + len(body)) * 8
    begin, end = (times[0], times[-1]) if times else (0, 0)
    packet = _PACKET.pack(_MAGIC, 0, begin, end, size, size) + bytes(body)
    return {"metadata": _metadata().encode(), "stream": packet}


def write_ctf(events: Iterable[Line], folder: Path) -> None:
    """Write a CTF trace into a new folder. OSError."""
    folder.mkdir(parents=True)
    for name, data in ctf(events).items():
        (folder / name).write_bytes(data)
