"""The class as a tool of a learning platform, which is simulated here from the specification with PyJWT.

https://www.imsglobal.org/spec/lti/v1p3 (launch), /spec/security/v1p0 (OIDC third-party login, the assertion of
the client), /spec/lti-ags/v2p0 (scores).
"""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from starlette.testclient import TestClient

from hvlab.classroom import lti
from hvlab.classroom.lti import BadPlatforms, Platforms, Tool, read_platforms
from hvlab.classroom.server import ClassServer
from hvlab.classroom.store import Store
from hvlab.course import library
from tests.classroom.support import Room
from tests.classroom.test_server import AUTH, command, say

CLIENT, DEPLOYMENT = "client-7", "deployment-1"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


def _jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    return {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "RS256", "use": "sig"}


class Learning:
    """A platform: its keys and its token endpoint over HTTP, its scores in `scores`."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.scores: list[tuple[str, dict[str, Any]]] = []
        self.tool_keys: dict[str, Any] = {}
        self.refuses = False
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *arguments: object) -> None:
                pass

            def do_GET(self) -> None:
                self._answer(200, {"keys": [_jwk(platform.key, "k1")]} if self.path == "/keys" else {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/token":
                    self._answer(*platform.grant(parse_qs(body)))
                elif self.headers["Authorization"] != "Bearer let-score" or platform.refuses:
                    self._answer(403, {})
                else:
                    assert self.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
                    platform.scores.append((self.path, json.loads(body)))
                    self._answer(200, {})

            def _answer(self, status: int, what: object) -> None:
                data = json.dumps(what).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def grant(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """An access token for a client that proves who it is by its key."""
        (assertion,) = form["client_assertion"]
        kid = jwt.get_unverified_header(assertion)["kid"]
        (jwk,) = [key for key in self.tool_keys["keys"] if key["kid"] == kid]
        public: Any = RSAAlgorithm.from_jwk(jwk)
        claims = jwt.decode(assertion, public, algorithms=["RS256"], audience=f"{self.url}/token")
        assert claims["iss"] == claims["sub"] == CLIENT and form["grant_type"] == ["client_credentials"]
        assert form["scope"] == [lti.SCORE]
        return 200, {"access_token": "let-score", "token_type": "Bearer", "expires_in": 3600}

    def claims(self, now: float, made: str, /, **other: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "user-42",
            "exp": int(now) + 300,
            "iat": int(now),
            "nonce": made,
            "name": "Ana Lima",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "https://testserver/lti/launch",
            f"{CLAIM}resource_link": {"id": "link-1"},
            f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            lti.AGS: {"scope": [lti.SCORE], "lineitem": f"{self.url}/items/9"},
        }
        body.update(other)
        return {name: value for name, value in body.items() if value is not None}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "k1", **header})


@pytest.fixture(scope="module")
def platform() -> Iterator[Learning]:
    opened = Learning()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


class Launcher:
    """A browser between the platform and the class."""

    def __init__(self, room: Room, client: TestClient, platform: Learning) -> None:
        self.room, self.client, self.platform = room, client, platform

    def login(self) -> tuple[str, str]:
        """State and nonce of a login that the class has sent on."""
        asked = {
            "iss": self.platform.url,
            "login_hint": "u",
            "target_link_uri": "https://testserver/lti/launch",
        }
        answer = self.client.post("/lti/login", data=asked, follow_redirects=False)
        assert answer.status_code == 302
        where = urlsplit(answer.headers["location"])
        assert f"{where.scheme}://{where.netloc}{where.path}" == f"{self.platform.url}/auth"
        sent = {name: value for name, (value,) in parse_qs(where.query).items()}
        assert (sent["client_id"], sent["response_type"], sent["response_mode"]) == (
            CLIENT,
            "id_token",
            "form_post",
        )
        assert (sent["scope"], sent["prompt"], sent["login_hint"]) == ("openid", "none", "u")
        return sent["state"], sent["nonce"]

    def launch(self, state: str, token: str) -> Any:
        return self.client.post("/lti/launch", data={"state": state, "id_token": token})

    def arrive(self, **claims: Any) -> str:
        """A whole good launch; the learner's key."""
        state, nonce = self.login()
        signed = self.platform.sign(self.platform.claims(self.room.clock.seconds, nonce, **claims))
        answer = self.launch(state, signed)
        assert answer.status_code == 200, answer.text
        return str(answer.text.partition("--key ")[2].partition("<")[0])


@pytest.fixture
def launcher(
    room: Room, platform: Learning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Launcher]:
    import time

    room.clock.seconds = time.time()  # PyJWT looks at the machine's own clock
    room.data = room.server._data = type(room.data)(
        room.data.secret, room.data.password, room.data.lesson, int((room.clock.seconds + 3600) * 1000)
    )
    file = tmp_path / "platforms.toml"
    file.write_text(
        f'[[platform]]\nissuer = "{platform.url}"\nclient_id = "{CLIENT}"\ndeployments = ["{DEPLOYMENT}"]\n'
        f'login_url = "{platform.url}/auth"\ntoken_url = "{platform.url}/token"\nkeys_url = "{platform.url}/keys"\n',
        encoding="utf-8",
    )
    room.server.tool = Tool(read_platforms(file), tmp_path, room.clock, room.store.spend)
    room.server.place = "CODE@HOST"
    platform.scores.clear()
    platform.refuses = False
    with TestClient(room.server.app(), base_url="https://testserver") as client:
        platform.tool_keys = client.get("/lti/keys").json()
        yield Launcher(room, client, platform)


def test_a_launch_makes_a_learner_who_joins_by_the_key(launcher: Launcher) -> None:
    key = launcher.arrive()
    with launcher.client.websocket_connect("/learn") as socket:
        assert say(socket, type="return", token=key)["name"] == "Ana Lima"
    again = launcher.arrive()
    assert again != key and len(launcher.room.store.learners()) == 1
    with launcher.client.websocket_connect("/learn") as socket:
        assert say(socket, type="return", token=key)["reason"] == "unknown-token"
    launcher.arrive(sub="user-43")
    launcher.arrive(sub="user-44", name="\x1b]0;pwned\x07<script>")
    launcher.arrive(sub="user-45", name=None)
    names = [one.name for one in launcher.room.store.learners()]
    assert names == ["Ana Lima", "Ana Lima 2", "]0;pwned<script>", "Learner"]


def test_a_score_is_given_back_by_whoever_is_the_instructor(launcher: Launcher) -> None:
    key = launcher.arrive()
    launcher.arrive(sub="no-item", **{lti.AGS: None})
    with launcher.client.websocket_connect("/learn") as socket:
        say(socket, type="return", token=key)
        lines = [command("New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\\Images\\WS2008-x64.vhd")]
        say(socket, type="inputs", first=1, lines=lines)
    assert launcher.client.post("/lti/grades").status_code == 401
    ana, other = launcher.client.post("/lti/grades", auth=AUTH).json()
    assert ana["points"] > 0 and not ana["why"] and other["why"] == "no-lineitem"
    ((path, score),) = launcher.platform.scores
    assert path == "/items/9/scores"
    assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == (
        "user-42",
        ana["points"],
        ana["maximum"],
    )
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    launcher.platform.refuses = True
    assert launcher.client.post("/lti/grades", auth=AUTH).json()[0]["why"]


def test_who_is_erased_is_forgotten_as_a_platforms_too(launcher: Launcher) -> None:
    launcher.arrive()
    assert launcher.client.delete("/learner/Ana Lima", auth=AUTH).status_code == 204
    assert launcher.room.store.sent_by_platforms() == []


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _body(claims: dict[str, Any], algorithm: str) -> str:
    head = {"alg": algorithm, "kid": "k1", "typ": "JWT"}
    return f"{_part(json.dumps(head).encode())}.{_part(json.dumps(claims).encode())}"


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_body(claims, 'none')}."


def _by_secret(claims: dict[str, Any], secret: bytes) -> str:
    """The public key, taken for a shared secret."""
    body = _body(claims, "HS256")
    return f"{body}.{_part(hmac.digest(secret, body.encode(), 'sha256'))}"


BAD_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("wrong issuer", {"iss": "https://evil.example"}),
    ("no issuer", {"iss": None}),
    ("wrong audience", {"aud": "another-tool"}),
    ("no audience", {"aud": None}),
    ("several audiences, another party", {"aud": [CLIENT, "x"], "azp": "x"}),
    ("several audiences, no party", {"aud": [CLIENT, "x"]}),
    ("expired", {"exp": 1_000_000}),
    ("no expiry", {"exp": None}),
    ("no issue time", {"iat": None}),
    ("issued long ago", {"iat": 1_000_000}),
    ("no nonce", {"nonce": None}),
    ("another nonce", {"nonce": "made-up"}),
    ("a nonce that is no text", {"nonce": ["made-up"]}),
    ("no subject", {"sub": None}),
    ("a subject that is a list", {"sub": ["x"]}),
    ("a giant subject", {"sub": "x" * 300}),
    ("another deployment", {f"{CLAIM}deployment_id": "other"}),
    ("no deployment", {f"{CLAIM}deployment_id": None}),
    ("another version", {f"{CLAIM}version": "1.1"}),
    ("another message", {f"{CLAIM}message_type": "LtiSubmissionReviewRequest"}),
    ("a choice without a way back", {f"{CLAIM}message_type": "LtiDeepLinkingRequest"}),
    ("no message", {f"{CLAIM}message_type": None}),
    ("no resource", {f"{CLAIM}resource_link": None}),
    ("a line item elsewhere", {lti.AGS: {"scope": [lti.SCORE], "lineitem": "http://169.254.169.254/latest"}}),
    ("a line item of a file", {lti.AGS: {"scope": [lti.SCORE], "lineitem": "file:///etc/passwd"}}),
]


@pytest.mark.parametrize(("what", "claims"), BAD_CLAIMS, ids=[row[0] for row in BAD_CLAIMS])
def test_a_token_that_says_something_wrong_is_refused(
    launcher: Launcher, what: str, claims: dict[str, Any]
) -> None:
    state, nonce = launcher.login()
    signed = launcher.platform.sign(launcher.platform.claims(launcher.room.clock.seconds, nonce, **claims))
    assert launcher.launch(state, signed).status_code == 401, what
    assert launcher.room.store.learners() == []


def test_a_token_that_is_not_the_platforms_is_refused(launcher: Launcher) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.dumps(_jwk(launcher.platform.key, "k1")).encode()

    pem = launcher.platform.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def forged(nonce: str) -> list[str]:
        claims = launcher.platform.claims(launcher.room.clock.seconds, nonce)
        good = launcher.platform.sign(claims)
        head, body, signature = good.split(".")
        changed = (
            base64.urlsafe_b64encode(json.dumps({**claims, "sub": "root"}).encode()).rstrip(b"=").decode()
        )
        return [
            _unsigned(claims),
            _unsigned(claims) + signature,
            jwt.encode(claims, other, algorithm="RS256", headers={"kid": "k1"}),
            jwt.encode(claims, other, algorithm="RS256", headers={"kid": "k2"}),
            jwt.encode(
                claims, other, algorithm="RS256", headers={"kid": "k1", "jku": "https://evil.example/k"}
            ),
            _by_secret(claims, public),
            _by_secret(claims, pem),
            jwt.encode(claims, launcher.platform.key, algorithm="RS512", headers={"kid": "k1"}),
            jwt.encode(claims, launcher.platform.key, algorithm="RS256"),
            f"{head}.{changed}.{signature}",
            f"{head}.{body}.",
            f"{head}.{body}",
            "",
            "....",
            "\u2605.\u2605.\u2605",
        ]

    for number in range(len(forged(""))):
        state, nonce = launcher.login()
        assert launcher.launch(state, forged(nonce)[number]).status_code == 401, number
    assert launcher.room.store.learners() == []


def test_a_launch_is_good_once_soon_and_in_the_browser_that_logged_in(launcher: Launcher) -> None:
    state, nonce = launcher.login()
    signed = launcher.platform.sign(launcher.platform.claims(launcher.room.clock.seconds, nonce))
    stranger = TestClient(launcher.room.server.app(), base_url="https://testserver")
    assert stranger.post("/lti/launch", data={"state": state, "id_token": signed}).status_code == 401
    assert launcher.launch("state-made-up", signed).status_code == 401
    assert launcher.launch(state, signed).status_code == 200
    assert launcher.launch(state, signed).status_code == 401, "a nonce is good for once"
    state, nonce = launcher.login()
    launcher.room.clock.seconds += lti.LIFE + 1
    late = launcher.platform.sign(launcher.platform.claims(launcher.room.clock.seconds, nonce))
    assert launcher.launch(state, late).status_code == 401, "nor for long"
    for asked in ({}, {"iss": "https://evil.example", "login_hint": "u"}, {"iss": launcher.platform.url}):
        assert launcher.client.post("/lti/login", data=asked, follow_redirects=False).status_code == 401, (
            asked
        )


def test_a_platforms_word_makes_nobody_an_instructor(launcher: Launcher) -> None:
    roles = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
    key = launcher.arrive(**{f"{CLAIM}roles": roles})
    assert launcher.client.get("/class", auth=("instructor", key)).status_code == 401
    assert launcher.client.get("/class", headers={"Authorization": f"Bearer {key}"}).status_code == 401


CHOICE = {
    "deep_link_return_url": "{url}/deep_links",
    "accept_types": ["link", "file", "html", "ltiResourceLink", "image"],
    "accept_presentation_document_targets": ["iframe", "window", "embed"],
    "accept_multiple": True,
    "data": "csrftoken:c7fbba78-7b75-46e3-9201-11e6d5f36f53",
}
"""As in the example of https://www.imsglobal.org/spec/lti-dl/v2p0, section 4.4.1."""


class Author:
    """Somebody who makes a course and lets the class choose what a link of it opens."""

    def __init__(self, launcher: Launcher, **settings: Any) -> None:
        self.launcher = launcher
        filled = {**CHOICE, "deep_link_return_url": f"{launcher.platform.url}/deep_links", **settings}
        state, nonce = launcher.login()
        more = {
            f"{CLAIM}message_type": "LtiDeepLinkingRequest",
            f"{CLAIM}resource_link": None,
            lti.AGS: None,
            lti.SETTINGS: {name: value for name, value in filled.items() if value is not None},
        }
        claims = launcher.platform.claims(launcher.room.clock.seconds, nonce, **more)
        self.page = launcher.launch(state, launcher.platform.sign(claims))

    @property
    def ticket(self) -> str:
        return str(self.page.text.partition('name="ticket" value="')[2].partition('"')[0])

    def choose(self, lesson: str, ticket: str = "") -> Any:
        return self.launcher.client.post(
            "/lti/choose", data={"ticket": ticket or self.ticket, "lesson": lesson}
        )


def test_a_lesson_is_chosen_for_a_link_and_opened_by_it_and_its_score_goes_to_its_own_item(
    launcher: Launcher,
) -> None:
    room, author = launcher.room, Author(launcher)
    other = library.find(library.ids()[1])
    assert author.page.status_code == 200 and other.title["en"] in author.page.text
    answer = author.choose(other.id)
    assert answer.status_code == 200 and f'action="{launcher.platform.url}/deep_links"' in answer.text
    signed = answer.text.partition('name="JWT" value="')[2].partition('"')[0]
    (jwk,) = launcher.platform.tool_keys["keys"]
    public: Any = RSAAlgorithm.from_jwk(jwk)
    said = jwt.decode(signed, public, algorithms=["RS256"], audience=launcher.platform.url)
    assert said["iss"] == CLIENT and said[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    assert said[f"{CLAIM}version"] == "1.3.0" and said[f"{CLAIM}deployment_id"] == DEPLOYMENT
    assert said["https://purl.imsglobal.org/spec/lti-dl/claim/data"] == CHOICE["data"] and said["nonce"]
    (item,) = said["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
    assert (item["type"], item["title"], item["url"]) == (
        "ltiResourceLink",
        other.title["en"],
        "https://testserver/lti/launch",
    )
    assert item["lineItem"] == {"scoreMaximum": other.max_points, "label": other.title["en"]}

    key = launcher.arrive(**{f"{CLAIM}custom": item["custom"]})  # what the platform does with that link
    with launcher.client.websocket_connect("/learn") as socket:
        assert say(socket, type="return", token=key)["lesson"] == other.id
    launcher.arrive()  # the course's other link: the class's own lesson
    told = launcher.client.post("/lti/grades", auth=AUTH).json()
    assert [(one["name"], one["maximum"]) for one in told] == [
        ("Ana Lima", room.lesson.max_points),
        ("Ana Lima", other.max_points),
    ]
    assert len(room.store.learners()) == 1
    assert launcher.client.delete("/learner/Ana Lima", auth=AUTH).status_code == 204
    assert room.store.sent_by_platforms() == []


def test_a_choice_is_the_platforms_and_goes_nowhere_else(launcher: Launcher) -> None:
    author = Author(launcher)
    body, _, seal = author.ticket.partition(".")
    stolen = json.loads(base64.urlsafe_b64decode(body))
    stolen["back"] = "https://evil.example/"
    forged = base64.urlsafe_b64encode(json.dumps(stolen).encode()).decode()
    for ticket in (f"{forged}.{seal}", f"{body}.{'0' * len(seal)}", body, ".", "\u2605"):
        assert author.choose("", ticket).status_code == 401, ticket
    assert author.choose("../../etc").status_code == 401
    assert author.choose("scenario:one-host").status_code == 401
    for settings in (
        {"deep_link_return_url": "https://evil.example/"},
        {"deep_link_return_url": "javascript:alert(1)"},
        {"deep_link_return_url": None},
        {"accept_types": ["file"]},
    ):
        assert Author(launcher, **settings).page.status_code == 401, settings
    launcher.room.clock.seconds += 4 * lti.LIFE + 1
    assert author.choose("").status_code == 401, "not for ever"


def test_servers_that_share_a_class_share_its_launches(launcher: Launcher, tmp_path: Path) -> None:
    room = launcher.room
    other = ClassServer(Store(room.url), room.data, [ThreadPoolExecutor(1)], room.clock)
    other.tool = Tool(read_platforms(tmp_path / "platforms.toml"), tmp_path, room.clock, other._store.spend)
    with TestClient(other.app(), base_url="https://testserver") as second:
        state, nonce = launcher.login()  # at one server
        signed = launcher.platform.sign(launcher.platform.claims(room.clock.seconds, nonce))
        second.cookies = launcher.client.cookies
        asked = {"state": state, "id_token": signed}
        assert second.post("/lti/launch", data=asked).status_code == 200  # launched at the other
        assert second.post("/lti/launch", data=asked).status_code == 401
        assert launcher.client.post("/lti/launch", data=asked).status_code == 401  # and once, wherever
    other._store.close()


def test_a_nonce_belongs_to_the_platform_for_which_it_was_made(launcher: Launcher) -> None:
    state, _ = launcher.login()
    tool = launcher.room.server.tool
    assert tool is not None
    for nonce in (tool.make_nonce("https://other.example"), "1.2.3", "..", f"{'f' * 90}.{'0' * 48}"):
        signed = launcher.platform.sign(launcher.platform.claims(launcher.room.clock.seconds, nonce))
        assert launcher.launch(state, signed).status_code == 401, nonce


ROW = """[[platform]]
issuer = "a"
client_id = "b"
deployments = {}
login_url = "{}"
token_url = "https://a"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "platform"),
        ("[[platform]]\nissuer = 1", "issuer"),
        (
            '[[platform]]\nissuer="a"\nclient_id="b"\ndeployments=[]\nlogin_url="https://a"\ntoken_url="https://a"',
            "deploy",
        ),
        (
            '[[platform]]\nissuer="a"\nclient_id="b"\ndeployments=["1"]\nlogin_url="ftp://a"\ntoken_url="https://a"',
            "login",
        ),
        (
            '[[platform]]\nissuer="a"\nclient_id="b"\ndeployments=["1"]\nlogin_url="https://a"\ntoken_url="https://a"',
            "keys",
        ),
        ("[[platform]", "platforms.toml"),
    ],
)
def test_a_file_of_platforms_that_is_wrong_is_told_so(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "platforms.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadPlatforms, match=said):
        read_platforms(file)


def test_the_tools_key_stays(tmp_path: Path, room: Room) -> None:
    known = Platforms([lti.Platform("a", "b", ["1"], "https://a", "https://a", keys={"keys": []})])
    first, second = (Tool(known, tmp_path, room.clock, room.store.spend) for _ in range(2))
    assert first.keys == second.keys
    assert "d" not in first.keys["keys"][0], "the private half stays"
