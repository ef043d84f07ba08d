"""`hvlab web` in a real browser: it opens, is clicked and typed into, and its picture changes."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with its driver on this machine"),
]
PATIENCE = 60.0
COMMANDS = {
    r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\Images\WS2008-x64.vhd": "New-VM",
    "Start-VM web01": "Start-VM",
}
KEYS = "textarea.xterm-helper-textarea"


def until(holds: Callable[[], Any], what: str) -> Any:
    """What a condition gives as soon as it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.5)
    raise AssertionError(what)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        at = free.getsockname()[1]
    env = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "web.txt"
    command = [sys.executable, "-m", "hvlab", "web", "--port", str(at), "--lang", "en"]
    with log.open("wb") as out:
        served = subprocess.Popen(command, stdout=out, stderr=out, env=env)
    until(lambda: re.search(r"http://127\.0\.0\.1:\d+", log.read_text()), "it says where it listens")
    yield f"http://127.0.0.1:{at}"
    served.terminate()
    served.wait(30)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1300,900"):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path / 'browser'}")
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def recorded(folder: Path) -> str:
    """What the lab behind the page has recorded."""
    return "".join(file.read_text(encoding="utf-8") for file in folder.rglob("sessions/*.jsonl"))


def typed(folder: Path, name: str) -> bool:
    """Whether a command is in what the lab has recorded."""
    return name in recorded(folder)


def test_it_opens_is_clicked_and_typed_into_and_the_picture_changes(
    page: str, browser: Any, tmp_path: Path
) -> None:
    browser.get(page)
    until(lambda: browser.find_elements("css selector", KEYS), "a terminal is drawn")
    until(lambda: recorded(tmp_path), "the lab is built")
    before = browser.get_screenshot_as_png()
    browser.find_element("css selector", "#terminal").click()
    for command, name in COMMANDS.items():
        for key in command + Keys.ENTER:  # as one types, not all at once
            browser.find_element("css selector", KEYS).send_keys(key)
        try:
            until(partial(typed, tmp_path, name), command)
        finally:
            browser.save_screenshot(str(tmp_path / "browser.png"))
    until(lambda: browser.get_screenshot_as_png() != before, "the picture has changed")
    browser.save_screenshot(str(tmp_path / "browser.png"))
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in fetched if not name.startswith((page, page.replace("http", "ws", 1)))] == []
    said = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert said == []
