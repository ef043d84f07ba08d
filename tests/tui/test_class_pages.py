"""A class in browsers: who is let in, how many, and that a name alone opens nobody's lab."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hvlab.course.classes import Trouble
from hvlab.text import Text
from hvlab.tui.class_pages import COOKIE, ClassPages

CODE = "ABCD"


def login(name: str, code: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{code}".encode()).decode()}


class Pages(ClassPages):
    """Its labs say whose they are and wait."""

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(self.command)
        async for _ in socket:
            pass
        return socket


class Door:
    """Lets in by the code; a name belongs to the cookie that came with it first."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def __call__(self, name: str, code: str, visitor: str, address: str) -> list[str]:
        if code != CODE:
            raise Trouble("classroom.refused.wrong-code")
        if self.names.setdefault(name, visitor) != visitor:
            raise Trouble("classroom.refused.name-taken")
        return ["class", "join", f"lab-of-{name}"]


@pytest_asyncio.fixture
async def client() -> AsyncIterator[TestClient]:  # type: ignore[type-arg]
    pages = Pages(Door(), "127.0.0.1", 8766, 2, Text("en"), None, "http://127.0.0.1:8766")
    found = TestClient(TestServer(await pages._make_app()))
    await found.start_server()
    yield found
    await found.close()


async def test_the_code_opens_the_page_and_nothing_else_does(client: TestClient) -> None:  # type: ignore[type-arg]
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic %"}, login("Ana", "WRONG")):
        answer = await client.get("/", headers=headers)
        assert answer.status == 401 and "Basic" in answer.headers["WWW-Authenticate"]
        assert COOKIE not in answer.cookies
    assert (await client.get("/ws", headers={COOKIE: "x" * 43})).status == 401
    page = await client.get("/", headers=login("Ana", CODE))
    assert page.status == 200 and f'url="ws://{page.url.host}:{page.url.port}/ws"' in await page.text()
    cookie = page.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and len(cookie.value) == 43


async def test_a_visitor_gets_their_own_lab_and_no_other_page_does(client: TestClient) -> None:  # type: ignore[type-arg]
    await client.get("/", headers=login("Ana", CODE))
    async with client.ws_connect("/ws") as socket:
        assert "lab-of-Ana" in await socket.receive_str()
    elsewhere = {**login("Ana", CODE), "Origin": "https://elsewhere.example"}
    assert (await client.get("/", headers=elsewhere)).status == 403
    client.session.cookie_jar.clear()
    stolen = await client.get("/", headers=login("Ana", CODE))
    assert stolen.status == 403 and Text("en")("classroom.refused.name-taken") in await stolen.text()


async def test_beyond_the_last_place_one_is_told_so(client: TestClient) -> None:  # type: ignore[type-arg]
    await client.get("/", headers=login("Ana", CODE))
    async with client.ws_connect("/ws") as one, client.ws_connect("/ws") as two:
        await one.receive_str(), await two.receive_str()
        full = await client.get("/", headers=login("Cyd", CODE))
        assert full.status == 503 and Text("en")("classroom.browser.full", most=2) in await full.text()
    assert (await client.get("/", headers=login("Ana", CODE))).status == 200
