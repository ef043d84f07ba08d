"""A class with a learner and the instructor in a real browser: headless Chromium, where this machine has one."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hvlab.classroom.client import Address, Instructor
from hvlab.classroom.code import parse_place
from hvlab.course import library

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with its driver on this machine"),
]
PATIENCE = 120.0
CONTROL, NULL = "\ue009", "\ue000"
OTHER = library.ids()[1]


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


def until(holds: Callable[[], Any], what: str) -> Any:
    """What a condition gives as soon as it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.5)
    raise AssertionError(what)


class Class:
    """A class that is served, and the pages for browsers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "XDG_DATA_HOME": str(folder), "HOME": str(folder), "PYTHONUNBUFFERED": "1"}
        self.running: list[subprocess.Popen[bytes]] = []
        at = str(port())
        said = self.start("serve", "--host", "127.0.0.1", "--port", at, "--folder", str(folder / "class"))
        found = until(lambda: re.search(r"join (\S+@\S+)", said()), "the class is open")
        self.place = found[1]
        self.code = self.place.partition("@")[0]
        self.password = until(lambda: re.search(r"once: (\S+)", said()), "the password is shown")[1]
        self.page = port()
        here = self.start("browser", self.place, "--host", "127.0.0.1", "--port", str(self.page))
        until(lambda: "https://" in here(), "the pages are open")

    def start(self, *words: str) -> Callable[[], str]:
        log = self.folder / f"{words[0]}.txt"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "hvlab", "class", *words]
            self.running.append(subprocess.Popen(command, stdout=out, stderr=out, env=self.env))
        return lambda: log.read_text(encoding="utf-8", errors="replace")

    @property
    def teacher(self) -> Instructor:
        """Who asks the class over HTTP."""
        return Instructor(Address(*parse_place(self.place)), self.password)

    def close(self) -> None:
        for one in reversed(self.running):
            one.terminate()
            one.wait(30)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Class]:
    opened = Class(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def browsers(tmp_path: Path) -> Iterator[Callable[[str, str, int], Any]]:
    opened = []

    def browse(name: str, password: str, at: int) -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"):
            options.add_argument(flag)
        options.add_argument(
            "--ignore-certificate-errors"
        )  # what one clicks away once, with the fingerprint seen
        options.add_argument(f"--user-data-dir={tmp_path / name}")
        driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
        opened.append(driver)
        login = base64.b64encode(f"{name}:{password}".encode()).decode()
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": LISTEN})
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd(
            "Network.setExtraHTTPHeaders", {"headers": {"Authorization": f"Basic {login}"}}
        )
        driver.get(f"https://127.0.0.1:{at}/")
        return driver

    yield browse
    for driver in opened:
        driver.quit()


KEYS = "textarea.xterm-helper-textarea"
LISTEN = """
window.heard = "";
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...words) {
    super(...words);
    const words_of = new TextDecoder();
    this.addEventListener("message", async event => {
      const data = event.data instanceof Blob ? await event.data.arrayBuffer() : event.data;
      if (typeof data !== "string") window.heard += words_of.decode(data, {stream: true});
    });
    this.addEventListener("close", () => { window.heard += "PAGE CLOSED"; });
  }
};
"""
"""What the page's terminal is sent, kept as text: it is drawn on a canvas, where nothing can be read."""
ESCAPE = re.compile(r"\x1b(\[[0-9;?<>=$]*[A-Za-z]|\][^\x07]*\x07|.)")


class Page:
    """A browser with a terminal in it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self._from = 0
        until(lambda: driver.find_elements("css selector", KEYS), "a terminal is drawn")
        until(lambda: "?1049h" in self._heard(), "and it is painted")

    def _heard(self) -> str:
        text: str = self.driver.execute_script("return window.heard")
        return text

    def press(self, *keys: str) -> None:
        """Into the terminal; what it shows from now on counts for `sees`."""
        self._from = len(self._heard())
        self.driver.find_element("css selector", KEYS).send_keys(*keys)

    def write(self, key: str, words: str) -> None:
        """In place of what a key offers to send."""
        self.press(key)
        self.sees("):")  # the field is there: whom it goes to
        self.press(CONTROL + "u" + NULL)
        time.sleep(1)
        self.press(words + "\n")

    def sees(self, words: str) -> None:
        """Until words have been painted since the last key; the terminal may jump between them."""

        def painted() -> bool:
            text = ESCAPE.sub(" ", self._heard()[self._from :])
            return " ".join(words.split()) in " ".join(text.split())

        until(painted, f"{words!r} is seen")

    @property
    def is_open(self) -> bool:
        """Whether the page still has its process."""
        return "PAGE CLOSED" not in self._heard()


def test_a_learner_in_a_browser_works_in_the_class_and_the_instructor_has_a_screen_in_another(
    served: Class, browsers: Callable[[str, str, int], Any]
) -> None:
    ana = Page(browsers("Ana", served.code, served.page))
    until(lambda: any(row.here for row in served.teacher.look("en").rows), "she is connected")
    served.teacher.push("command", "New-VM pushed -MemoryStartupBytes 512MB; Start-VM pushed", [])
    until(lambda: "Start-VM pushed" in served.teacher.log("Ana"), "what is pushed is done in her lab")
    ana.press("Start-VM nobody\n")
    until(
        lambda: served.teacher.look("en").rows[0].error_command == "Start-VM nobody",
        "and what she types is known",
    )
    served.teacher.push("command", "Add-LabFault HungGuest pushed", ["Ana"])
    until(lambda: "Add-LabFault" in served.teacher.log("Ana"), "a fault, too")
    instructor = Page(browsers("instructor", served.password, served.page))
    instructor.sees("Start-VM nobody")
    assert "Ana" in served.teacher.results("csv", "en")


def test_the_instructor_works_with_the_keys_of_the_page_in_the_browser(
    served: Class, browsers: Callable[[str, str, int], Any]
) -> None:
    ana = Page(browsers("Ana", served.code, served.page))
    until(lambda: any(row.here for row in served.teacher.look("en").rows), "she is connected")
    instructor = Page(browsers("instructor", served.password, served.page))
    instructor.sees("1 connected")

    instructor.press("m", "Look up, please\n")
    ana.sees("Look up, please")
    instructor.press("c", "New-VM typed -NoVHD\n")
    until(lambda: "New-VM typed" in served.teacher.log("Ana"), "a command that is typed on the page")
    instructor.press("f", "HungGuest typed\n")  # the command stands there already
    until(lambda: "Add-LabFault HungGuest typed" in served.teacher.log("Ana"), "and a fault")

    instructor.write("q", "How many exits? | one | two")
    ana.sees("How many exits?")
    ana.press("2\n")
    until(lambda: (tally := served.teacher.look("en").poll) and tally.rounds == [[0, 1]], "a vote")
    instructor.press("x")
    ana.sees("100%")
    instructor.press("\ue00c")  # Escape puts it away

    instructor.press("\n")
    instructor.sees("Ana")
    instructor.sees("PS C:")  # her lab, on the same page
    instructor.press(CONTROL + "q" + NULL)
    instructor.sees("1 connected")
    instructor.press("n")
    instructor.sees("Lesson plan")
    instructor.press("\ue00c")
    time.sleep(2)  # the window is closing

    instructor.press("d")
    instructor.sees("Page Down")
    ana.sees("PS C:")  # she follows what is shown
    instructor.press("\ue00f")
    instructor.sees("1/")
    instructor.press(CONTROL + "q" + NULL)
    instructor.sees("1 connected")

    instructor.write("l", OTHER)
    until(lambda: served.teacher.look("en").lesson_id == OTHER, "another lesson is given")

    def types() -> bool:  # what is typed while the page goes over to it is in neither
        ana.press("$there = 1\n")
        time.sleep(2)
        return "$there" in served.teacher.log("Ana")

    until(types, "and worked at, on the same page")
    assert ana.is_open and instructor.is_open
    instructor.press(CONTROL + "q" + NULL)
    until(lambda: not instructor.is_open, "who leaves has left")
    ana.driver.close()
    until(lambda: not served.teacher.look("en").rows[0].here, "who closes the page is not there any more")
