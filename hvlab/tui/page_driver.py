"""One page in a browser for one screen after the other.

Textual's driver for pages belongs to a program of one screen: when that ends it closes the page, and a second one
would greet the server anew in the middle of the stream. hvlab goes from a lesson to the next, from the class to a
learner's lab and back: here the page stays until the process ends.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from typing import Any, ClassVar

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp

GREETING = b"__GANGLION__\n"
"""What the server of the pages waits for, once."""


class PageDriver(WebDriver):
    """Keeps the page, its size, and whether its visitor has gone, from one screen to the next."""

    _began: ClassVar[bool] = False
    _gone: ClassVar[bool] = False
    _known_size: ClassVar[tuple[int, int] | None] = None

    def __init__(self, app: Any, *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=PageDriver._known_size or size)
        if PageDriver._began:
            write = self._write
            self._write: Any = lambda data: len(data) if data == GREETING else write(data)

    def start_application_mode(self) -> None:
        """Paint; or end at once, if nobody looks any more."""
        super().start_application_mode()
        if not PageDriver._began:
            PageDriver._began = True
            atexit.register(_close_page)
        if PageDriver._gone:
            self._app.post_message(ExitApp())

    def stop_application_mode(self) -> None:
        """Leave the keys to the next screen."""
        self.exit_event.set()
        self._input_reader.close()
        self._key_thread.join(1.0)  # or it would take the first key that is meant for the next screen

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """What the page tells."""
        if packet_type == "resize":
            PageDriver._known_size = payload["width"], payload["height"]  # type: ignore[assignment]
        elif packet_type == "quit":
            PageDriver._gone = True
        super().on_meta(packet_type, payload)


def _close_page() -> None:
    data = json.dumps({"type": "exit"}).encode()
    if sys.__stdout__ is not None:
        os.write(sys.__stdout__.fileno(), b"M%s%s" % (len(data).to_bytes(4, "big"), data))
