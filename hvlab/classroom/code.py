"""The class code: what a learner types. It carries the certificate's fingerprint, so there is nothing to click away.

Sixteen characters are the first 80 bits of the certificate's SHA-256, eight are 40 random bits
that let one join. Base32 without what is easily confused when read aloud.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass

PINNED, SECRET = 10, 5
"""Bytes."""
DEFAULT_PORT = 8764
_READ_AS = str.maketrans({"0": "O", "1": "I", "8": "B"})


class BadCode(Exception):
    """What was typed is no class code or no address; `reason` is a message id under classroom.code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ClassCode:
    """`pin` is the beginning of the certificate's fingerprint, `secret` what the server asks for."""

    pin: bytes
    secret: str

    def __str__(self) -> str:
        letters = base64.b32encode(self.pin).decode() + self.secret
        return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))

    def fits(self, certificate: bytes) -> bool:
        """Whether a certificate (DER) is the one that the code means."""
        return secrets.compare_digest(pin_of(certificate), self.pin)

    def opens(self, typed: str) -> bool:
        """Whether what somebody typed is this code, with or without its lines and its address."""
        letters = typed.partition("@")[0].upper().translate(_READ_AS)
        letters = "".join(letter for letter in letters if letter.isalnum())
        return secrets.compare_digest(letters.encode(), str(self).replace("-", "").encode())


def pin_of(certificate: bytes) -> bytes:
    """The part of a certificate's (DER) fingerprint that codes carry."""
    return hashlib.sha256(certificate).digest()[:PINNED]


def new_secret() -> str:
    """The random part of a code: eight characters."""
    return base64.b32encode(secrets.token_bytes(SECRET)).decode()


def parse_code(text: str) -> ClassCode:
    """A code as typed: case, blanks and hyphens do not matter, 0 is read as O, 1 as I, 8 as B. BadCode."""
    letters = "".join(c for c in text.upper() if c not in "- ").translate(_READ_AS)
    try:
        pin = base64.b32decode(letters[: PINNED * 8 // 5])
        base64.b32decode(letters[PINNED * 8 // 5 :])
    except ValueError:
        raise BadCode("malformed") from None
    if len(letters) != (PINNED + SECRET) * 8 // 5:
        raise BadCode("length")
    return ClassCode(pin, letters[PINNED * 8 // 5 :])


def parse_place(text: str) -> tuple[ClassCode, str, int]:
    """CODE@HOST or CODE@HOST:PORT; an IPv6 address in brackets. BadCode."""
    typed, at, place = text.partition("@")
    if not at or not place:
        raise BadCode("no-host")
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, port = place, str(DEFAULT_PORT)
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise BadCode("no-port")
    return parse_code(typed), host.strip("[]"), int(port)
