"""The ``-f`` operator and ``ToString("…")``: .NET's composite formatting, invariant culture.

Supported for numbers: N F D X P G E with digits, C is refused; custom patterns of ``0 # , . %`` and literal
text. For times: the usual letters. What is outside is refused by name, never guessed.
"""

from __future__ import annotations

import re

from hvlab.console import limits
from hvlab.console.convert import float_text, to_text
from hvlab.console.errors import CmdletError, fault, unsupported
from hvlab.console.values import NS_PER_SECOND, DateTime, EnumValue, TimeSpan

_ITEM = re.compile(r"\{(\d{1,6})(?:,\s*(-?\d{1,6}))?(?::((?:[^{}]|\{\{|\}\})*))?\}", re.ASCII)
_STANDARD = re.compile(r"([A-Za-z])(\d{0,2})", re.ASCII)
_CUSTOM = re.compile(r"([^0#]*)([#0][#0,]*)?(?:\.([0#]+))?([^0#]*)", re.ASCII)
_DATE_PIECE = re.compile(r"y+|M+|d+|H+|h+|m+|s+|f+|t+|'[^']*'|\\.|.", re.DOTALL)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def format_text(template: str, items: list[object]) -> str:
    """``template -f items``. Raises CmdletError."""
    parts: list[str] = []
    at = 0
    size = 0
    while at < len(template):
        char = template[at]
        if char == "{" and not template.startswith("{{", at):
            match = _ITEM.match(template, at)
            if match is None:
                raise _malformed("Input string was not in a correct format.")
            number = int(match[1])
            if number >= len(items):
                raise _malformed(
                    "Index (zero based) must be greater than or equal to zero and less than the size of the "
                    "argument list."
                )
            text = format_item(items[number], (match[3] or "").replace("{{", "{").replace("}}", "}"))
            width = int(match[2] or 0)
            parts.append(text.rjust(width) if width >= 0 else text.ljust(-width))
            at = match.end()
        elif char in "{}":
            if template[at : at + 2] != char * 2:
                raise _malformed("Input string was not in a correct format.")
            parts.append(char)
            at += 2
        else:
            end = at
            while end < len(template) and template[end] not in "{}":
                end += 1
            parts.append(template[at:end])
            at = end
        size += len(parts[-1])
        if size > limits.TEXT:
            raise limits.too_large("a string", limits.TEXT)
    return "".join(parts)


def _malformed(reason: str) -> CmdletError:
    return fault(f"Error formatting a string: {reason}", "FormatError", "InvalidOperation")


def _refused(spec: str) -> CmdletError:
    return unsupported(f"format {spec}")


def format_item(value: object, spec: str) -> str:
    """One value by a format; an empty one means the value's own text."""
    if spec == "":
        return to_text(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return to_text(value)  # .NET ignores formats on these
    if isinstance(value, EnumValue):
        return str(value.number) if spec in ("d", "D") else value.name
    if isinstance(value, (int, float)):
        return _number(value, spec)
    if isinstance(value, TimeSpan):
        return _timespan(value, spec)
    if isinstance(value, DateTime):
        return _date(value, spec)
    return to_text(value)


def _rounded(value: int | float, digits: int) -> str:
    """Fixed digits, halves away from zero on what the number prints as, as .NET Framework rounds."""
    if isinstance(value, int):
        return str(value) + ("." + "0" * digits if digits else "")
    from decimal import ROUND_HALF_UP, Decimal, localcontext  # late: start-up time

    with localcontext() as context:
        context.prec = 400
        exact = Decimal(format(value, ".15g"))
        result = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = format(result, "f")
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def _grouped(text: str) -> str:
    sign = "-" if text.startswith("-") else ""
    whole, point, fraction = text.lstrip("-").partition(".")
    return sign + f"{int(whole):,}" + point + fraction


def _number(value: int | float, spec: str) -> str:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return float_text(value)
    match = _STANDARD.fullmatch(spec)
    if match is None:
        return _custom(value, spec)
    letter = match[1].upper()
    digits = int(match[2]) if match[2] else None
    if letter == "N":
        return _grouped(_rounded(value, 2 if digits is None else digits))
    if letter == "F":
        return _rounded(value, 2 if digits is None else digits)
    if letter == "P":
        scaled: int | float = value * 100
        return _grouped(_rounded(scaled, 2 if digits is None else digits)) + " %"
    if letter in "DX":
        if not isinstance(value, int):
            raise _malformed("Format specifier was invalid.")
        if letter == "D":
            return ("-" if value < 0 else "") + str(abs(value)).zfill(digits or 0)
        bits = 32 if -(1 << 31) <= value < 0 else 64
        text = format(value if value >= 0 else value + (1 << bits), "x" if match[1] == "x" else "X")
        return text.zfill(digits or 0)
    if letter == "G" and digits is None:
        return to_text(value)
    if letter == "E":
        mantissa, exponent = format(value, f".{6 if digits is None else digits}E").split("E")
        return f"{mantissa}{match[1]}{exponent[0]}{exponent[1:].zfill(3)}"
    raise _refused(spec)


def _custom(value: int | float, spec: str) -> str:
    match = _CUSTOM.fullmatch(spec)
    if match is None or ";" in spec or "'" in spec or '"' in spec or "\\" in spec or "‰" in spec:
        raise _refused(spec)
    before, whole, fraction, after = match[1], match[2] or "", match[3] or "", match[4]
    if re.search(r"[eE][+-]?$", before) or re.search(r"^[eE][+-]?", after) or "," in before + after:
        raise _refused(spec)
    if "%" in before + after:
        value = value * 100
    text = _rounded(value, len(fraction))
    sign = "-" if text.startswith("-") else ""
    digits, _, decimals = text.lstrip("-").partition(".")
    least = whole.replace(",", "").count("0")
    digits = digits.lstrip("0").rjust(least, "0") if least else digits.lstrip("0")
    if "," in whole and digits:
        width = len(digits)
        digits = f"{int(digits):,}".rjust(width, "0") if not digits.startswith("0") else digits
    keep = len(fraction.rstrip("#"))
    while len(decimals) > keep and decimals.endswith("0"):
        decimals = decimals[:-1]
    return sign + before + digits + ("." + decimals if decimals else "") + after


def _timespan(value: TimeSpan, spec: str) -> str:
    if spec in ("c", "t", "T"):
        return str(value)
    days, hours, minutes, seconds, ns = value.parts()
    amounts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    parts: list[str] = []
    for piece in _DATE_PIECE.findall(spec):
        if piece[0] in amounts:
            parts.append(str(amounts[piece[0]]).zfill(len(piece)))
        elif piece[0] == "f" and len(piece) <= 7:
            parts.append(f"{ns // 100:07d}"[: len(piece)])
        elif piece[0] == "\\" and len(piece) == 2:
            parts.append(piece[1])
        elif piece[0] == "'" and len(piece) > 1:
            parts.append(piece[1:-1])
        else:
            raise _malformed("Input string was not in a correct format.")
    return "".join(parts)


def _date(value: DateTime, spec: str) -> str:
    named = {
        "s": "yyyy-MM-ddTHH:mm:ss",
        "u": "yyyy-MM-dd HH:mm:ssZ",
        "d": "M/d/yyyy",
        "D": "dddd, MMMM d, yyyy",
        "T": "h:mm:ss tt",
        "t": "h:mm tt",
        "g": "M/d/yyyy h:mm tt",
        "G": "M/d/yyyy h:mm:ss tt",
        "f": "dddd, MMMM d, yyyy h:mm tt",
        "F": "dddd, MMMM d, yyyy h:mm:ss tt",
        "M": "MMMM d",
        "m": "MMMM d",
        "Y": "MMMM yyyy",
        "y": "MMMM yyyy",
    }
    spec = named.get(spec, spec)
    if len(spec) == 1:
        raise _refused(spec)
    year, month, day, hour, minute, second = value.parts()
    fraction = value.nanoseconds % NS_PER_SECOND // 100
    parts: list[str] = []
    for piece in _DATE_PIECE.findall(spec):
        letter, width = piece[0], len(piece)
        if letter == "y":
            parts.append(f"{year:04d}" if width > 2 else f"{year % 100:02d}")
        elif letter == "M":
            name = _MONTHS[month - 1]
            parts.append(str(month).zfill(width) if width < 3 else name[:3] if width == 3 else name)
        elif letter == "d":
            name = value.weekday
            parts.append(str(day).zfill(width) if width < 3 else name[:3] if width == 3 else name)
        elif letter in "Hh":
            parts.append(str(hour if letter == "H" else hour % 12 or 12).zfill(width))
        elif letter == "m":
            parts.append(str(minute).zfill(width))
        elif letter == "s":
            parts.append(str(second).zfill(width))
        elif letter == "f":
            parts.append(f"{fraction:07d}"[:width])
        elif letter == "t":
            parts.append(("AM" if hour < 12 else "PM")[:width])
        elif letter in "'\\" and width > 1:
            parts.append(piece[1:-1] if letter == "'" else piece[1])
        elif letter.isalpha() and letter not in "TZ":
            raise _refused(piece)
        else:
            parts.append(piece)
    return "".join(parts)
