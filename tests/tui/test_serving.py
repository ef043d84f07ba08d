"""The screen in a browser: our own page, a process for each visitor, and nobody who should not be there."""

from __future__ import annotations

import asyncio
import base64
import re
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer

from hvlab.tui.serving import CannotServe, ScreenServer, command_of

HERE = {"Host": "127.0.0.1:8765"}


def server(password: str = "", host: str = "127.0.0.1") -> ScreenServer:
    return ScreenServer(["learn", "--lang", "en"], host, 8765, password, None)


async def client_of(screens: ScreenServer) -> TestClient:  # type: ignore[type-arg]
    client = TestClient(TestServer(await screens._make_app()))
    await client.start_server()
    return client


@pytest_asyncio.fixture
async def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # visitors are as new as in a fresh installation
    started: list[Process] = []
    real = asyncio.create_subprocess_shell

    async def start(*words: Any, **options: Any) -> Process:
        started.append(await real(*words, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_shell", start)
    found = await client_of(server())
    yield found
    await found.close()
    for process in started:
        await process.wait()  # a visitor's process ends with its socket


async def test_the_page_asks_for_nothing_from_elsewhere(client: TestClient) -> None:  # type: ignore[type-arg]
    page = await (await client.get("/", headers=HERE)).text()
    addresses = re.findall(r"""(?:href|src|url)=?\(?["'](\w+://[^"']+)""", page)
    assert len(addresses) >= 3
    assert all(re.match(r"(http|ws)://127\.0\.0\.1:8765/", address) for address in addresses)
    assert 'data-session-websocket-url="ws://127.0.0.1:8765/ws"' in page
    for name in ("css/xterm.css", "js/textual.js"):
        assert (await client.get(f"/static/{name}", headers=HERE)).status == 200


async def test_a_visitor_gets_a_lab(client: TestClient) -> None:  # type: ignore[type-arg]
    seen = b""
    async with client.ws_connect("/ws?width=120&height=40", headers=HERE) as socket:
        async with asyncio.timeout(60):
            async for message in socket:
                if message.type == WSMsgType.BINARY:
                    seen += message.data
                if b"Your first child" in seen:
                    break
    assert b"Your first child" in seen


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example:8765"}, {**HERE, "Origin": "http://evil.example"}, {**HERE, "Origin": "null"}],
)
async def test_a_page_of_another_site_gets_nothing(client: TestClient, headers: dict[str, str]) -> None:  # type: ignore[type-arg]
    assert (await client.get("/", headers=headers)).status == 403
    with pytest.raises(WSServerHandshakeError):
        await client.ws_connect("/ws", headers=headers)


async def test_a_password_is_asked_for() -> None:
    client = await client_of(server("open sesame"))
    try:
        for given, status in ((None, 401), ("wrong", 401), ("öffne", 401), ("open sesame", 200)):
            headers = dict(HERE)
            if given is not None:
                headers["Authorization"] = "Basic " + base64.b64encode(f"x:{given}".encode()).decode()
            assert (await client.get("/", headers=headers)).status == status
        for header in ("Basic", "Basic ***", "Bearer x", "Basic " + "A" * 999):
            assert (await client.get("/", headers={**HERE, "Authorization": header})).status == 401
    finally:
        await client.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.5", "::"])
def test_beyond_this_machine_only_with_a_password(host: str) -> None:
    with pytest.raises(CannotServe, match="set a password"):
        server(host=host)
    assert server("secret", host).password == "secret"


def test_the_command_is_one_for_any_shell() -> None:
    words = command_of(["learn", "a b; rm -rf /", "--lang", "en"])
    assert "'a b; rm -rf /'" in words or '"a b; rm -rf /"' in words
