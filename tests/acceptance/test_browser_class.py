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

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with its driver on this machine"),
]
PATIENCE = 120.0


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
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd(
            "Network.setExtraHTTPHeaders", {"headers": {"Authorization": f"Basic {login}"}}
        )
        driver.get(f"https://127.0.0.1:{at}/")
        return driver

    yield browse
    for driver in opened:
        driver.quit()


def typed(driver: Any, words: str) -> None:
    """Into the terminal of the page."""
    driver.find_element("css selector", "textarea.xterm-helper-textarea").send_keys(words)


def test_a_learner_in_a_browser_works_in_the_class_and_the_instructor_has_a_screen_in_another(
    served: Class, browsers: Callable[[str, str, int], Any]
) -> None:
    ana = browsers("Ana", served.code, served.page)
    until(lambda: ana.find_elements("css selector", "textarea.xterm-helper-textarea"), "a terminal is drawn")
    until(lambda: any(row.here for row in served.teacher.look("en").rows), "she is connected")
    served.teacher.push("command", "New-VM pushed -MemoryStartupBytes 512MB; Start-VM pushed", [])
    until(lambda: "Start-VM pushed" in served.teacher.log("Ana"), "what is pushed is done in her lab")
    typed(ana, "Start-VM nobody\n")
    until(
        lambda: served.teacher.look("en").rows[0].error_command == "Start-VM nobody",
        "and what she types is known",
    )
    served.teacher.push("command", "Add-LabFault HungGuest pushed", ["Ana"])
    until(lambda: "Add-LabFault" in served.teacher.log("Ana"), "a fault, too")
    ana.save_screenshot(str(served.folder / "ana.png"))

    instructor = browsers("instructor", served.password, served.page)
    until(lambda: instructor.find_elements("css selector", "textarea.xterm-helper-textarea"), "a terminal")
    assert "Ana" in served.teacher.results("csv", "en")
