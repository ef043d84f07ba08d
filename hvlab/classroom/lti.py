"""LTI 1.3: a learning platform sends its learners into the class, and is given their grades.

The class server is the tool. What a platform signs is checked by a kept library (PyLTI1p3), and here more strictly
than by it: RS256 alone, an audience, an expiry and an issue time that are there, and each nonce once. A launch gives a
learner a key of their own, by which their hvlab joins; it never makes anybody an instructor. Who makes a course may
choose a lesson for a link of its own (deep linking).

A nonce is this tool's own word: when it was made and for which platform, under a seal that only the class's servers
can make. So none is kept before it comes back; those that have come back are in the class's database, for all servers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto.jwk import JWK
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.cookie import CookieService
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.exception import LtiException, OIDCException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.request import Request
from pylti1p3.service_connector import ServiceConnector
from pylti1p3.session import SessionService
from pylti1p3.tool_config.dict import ToolConfDict

from hvlab.classroom.limits import Clock

KEY = "lti.pem"
LIFE = 300.0
"""Seconds between a login and its launch, and the age that a platform's token may have."""
PATIENCE = 10.0
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE: Literal["https://purl.imsglobal.org/spec/lti-ags/scope/score"] = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/score"
)
COOKIE = "hvlab-lti-"
CHOOSING = "LtiDeepLinkingRequest"
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
CUSTOM = "lesson"
"""The parameter of a link that says which lesson it opens; without it, the class's own."""
Spend = Callable[[str, int, int], bool]
"""Whether a nonce is used for the first time (nonce, now in ms, for how many ms it counts)."""

Url = Annotated[str, msgspec.Meta(pattern="^https?://")]


class Platform(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A platform as it is registered: `keys` in place of `keys_url` where it cannot be asked."""

    issuer: str
    client_id: str
    deployments: Annotated[list[str], msgspec.Meta(min_length=1)]
    login_url: Url
    token_url: Url
    keys_url: Url | None = None
    keys: dict[str, Any] | None = None


class Platforms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of platforms. `browser` is where `hvlab class browser` can be reached."""

    platform: Annotated[list[Platform], msgspec.Meta(min_length=1)]
    browser: str = ""


class BadPlatforms(Exception):
    """The file of platforms is wrong: one sentence with its name and what."""


class NotLaunched(Exception):
    """A launch is refused; the text says why, for a log and not for whoever tried."""


def read_platforms(path: Path) -> Platforms:
    """The platforms of a TOML file. BadPlatforms, OSError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8", errors="replace"))
        found = msgspec.convert(data, Platforms)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadPlatforms(f"{path}: {error}") from None
    for platform in found.platform:
        if (platform.keys is None) == (platform.keys_url is None):
            raise BadPlatforms(f"{path}: {platform.issuer} has either keys_url or keys")
    if len({platform.issuer for platform in found.platform}) < len(found.platform):
        raise BadPlatforms(f"{path}: each issuer stands there once")
    return found


@dataclass(frozen=True)
class Launch:
    """Somebody whom a platform has sent; `lineitem` is where a score goes, empty if the platform wants none."""

    issuer: str
    subject: str
    name: str
    lineitem: str
    lesson: str = ""
    """Which lesson the link is for; empty: the class's own."""


class Choosing(msgspec.Struct, frozen=True):
    """Somebody at a platform who is to choose what a link of theirs opens, and where the answer goes."""

    issuer: str
    deployment: str
    back: str
    data: str
    made: int
    """When, in seconds."""


class Tool:
    """The class as a tool of its platforms; its key lies in the class's folder. OSError."""

    def __init__(self, platforms: Platforms, folder: Path, clock: Clock, spend: Spend) -> None:
        self._clock, self._spend = clock, spend
        self.browser = platforms.browser
        self._platforms = {platform.issuer: platform for platform in platforms.platform}
        private = _private_key(folder / KEY)
        key = JWK.from_pem(private.encode())
        self.keys: dict[str, Any] = {
            "keys": [{**msgspec.json.decode(key.export_public()), "alg": "RS256", "use": "sig"}]
        }
        """What a platform needs to know this tool by."""
        table: Any = {name: _config(one) for name, one in self._platforms.items()}
        self._config: Any = ToolConfDict(table)
        for name in self._platforms:
            self._config.set_private_key(name, private)
            public = key.export_to_pem().decode()
            self._config.set_public_key(name, public)
        self._seal = hashlib.sha256(b"hvlab nonce " + private.encode()).digest()
        self._session = _Careful()

    # -- a login, and the launch that answers it ----------------------------------------------------

    def login(self, asked: dict[str, str], launch_url: str) -> tuple[str, dict[str, str]]:
        """Where to send a browser that a platform has sent, and the cookies that know it again. NotLaunched."""
        if asked.get("iss") not in self._platforms:
            raise NotLaunched("unknown issuer")
        request = _Asked(asked, {})
        cookies = _Cookies(request)
        login = _Login(request, self._config, _Nonces(), cookies)
        login.nonce = self.make_nonce(asked["iss"])
        try:
            url: str = login.where(launch_url)
        except (OIDCException, LtiException) as error:
            raise NotLaunched(str(error)) from None
        return url, cookies.set

    def launch(self, asked: dict[str, str], cookies: dict[str, str]) -> Launch | Choosing:
        """Whom a platform has sent, to work or to choose. Asks the database, and may ask the platform. NotLaunched."""
        request = _Asked(asked, cookies)
        message = _Message(
            request, self._config, _Nonces(), _Cookies(request), requests_session=self._session
        )
        options: Any = {"verify_aud": False, "require": ["exp", "iat", "aud", "iss", "nonce", "sub"]}
        message.set_jwt_verify_options(options)
        try:
            message.validate()
            body: dict[str, Any] = dict(message.get_launch_data())
        except Exception as error:  # what is hostile brings anything out of the library, Exception itself too
            raise NotLaunched(str(error)) from None
        self._check(body)
        if not self._spend(str(body["nonce"]), int(self._clock() * 1000), int(LIFE * 1000)):
            raise NotLaunched("launched before")
        if body[f"{CLAIM}message_type"] == CHOOSING:
            return self._choosing(body)
        endpoint = body.get(AGS)
        lineitem = ""
        if isinstance(endpoint, dict) and SCORE in endpoint.get("scope", []):
            lineitem = str(endpoint.get("lineitem", ""))
        platform = self._platforms[body["iss"]]
        if lineitem and _host(lineitem) not in _hosts(platform):
            raise NotLaunched("the line item is not the platform's")
        name = str(body.get("name") or body.get("given_name") or "")
        custom = body.get(f"{CLAIM}custom")
        lesson = custom.get(CUSTOM, "") if isinstance(custom, dict) else ""
        return Launch(
            body["iss"], str(body["sub"]), name, lineitem, lesson if isinstance(lesson, str) else ""
        )

    def _choosing(self, body: dict[str, Any]) -> Choosing:
        settings = body.get(SETTINGS)
        back = settings.get("deep_link_return_url") if isinstance(settings, dict) else None
        if not isinstance(settings, dict) or not isinstance(back, str):
            raise NotLaunched("nowhere to answer to")
        if _host(back) not in _hosts(self._platforms[body["iss"]]):
            raise NotLaunched("the answer would go elsewhere")
        if "ltiResourceLink" not in (settings.get("accept_types") or []):
            raise NotLaunched("no link of a lesson is wanted")
        data = settings.get("data")
        deployment = str(body[f"{CLAIM}deployment_id"])
        return Choosing(
            body["iss"], deployment, back, data if isinstance(data, str) else "", int(self._clock())
        )

    # -- a lesson for a link of its own ----------------------------------------------------------------

    def ticket(self, choosing: Choosing) -> str:
        """What the page of lessons carries, so that nobody else's choice is signed."""
        body = base64.urlsafe_b64encode(msgspec.json.encode(choosing)).decode()
        return f"{body}.{self._sealed('choosing ' + body)}"

    def chosen(self, ticket: str, lesson: str, title: str, maximum: int, launch_url: str) -> tuple[str, str]:
        """Where the answer goes, and the answer: a signed link to a lesson (empty: the class's). NotLaunched."""
        body, _, seal = ticket.partition(".")
        if not hmac.compare_digest(seal.encode(), self._sealed("choosing " + body).encode()):
            raise NotLaunched("not our ticket")
        choosing = msgspec.json.decode(base64.urlsafe_b64decode(body), type=Choosing)
        if choosing.issuer not in self._platforms or self._clock() - choosing.made > 4 * LIFE:
            raise NotLaunched("chosen too late")
        registration = self._config.find_registration_by_issuer(choosing.issuer)
        settings: Any = {"data": choosing.data} if choosing.data else {}
        link = DeepLinkResource().set_url(launch_url).set_title(title)
        link.set_custom_params({CUSTOM: lesson} if lesson else {})
        if maximum:
            link.set_lineitem(LineItem().set_score_maximum(maximum).set_label(title))
        deep = DeepLink(registration, choosing.deployment, settings)
        message = {name: value for name, value in deep.get_message_jwt([link]).items() if value is not None}
        return choosing.back, str(deep.encode_jwt(message))  # type: ignore[no-untyped-call]

    def _check(self, body: dict[str, Any]) -> None:
        """What the library leaves open. NotLaunched."""
        platform = self._platforms.get(str(body.get("iss")))
        audience = body.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if platform is None or platform.client_id not in audiences:
            raise NotLaunched("another audience")
        if len(audiences) > 1 and body.get("azp") != platform.client_id:
            raise NotLaunched("another authorized party")
        issued = body.get("iat")
        if not isinstance(issued, int) or abs(self._clock() - issued) > LIFE:
            raise NotLaunched("issued too long ago")
        if body.get(f"{CLAIM}message_type") not in ("LtiResourceLinkRequest", CHOOSING):
            raise NotLaunched("not a launch of a resource")
        if not self._is_ours(body.get("nonce"), platform.issuer):
            raise NotLaunched("not our nonce, or too old")
        if not isinstance(body.get("sub"), str) or not 0 < len(body["sub"]) <= 255:
            raise NotLaunched("no subject")

    def make_nonce(self, issuer: str) -> str:
        """A nonce for a login at a platform."""
        body = f"{int(self._clock()):x}.{secrets.token_hex(12)}"
        return f"{body}.{self._sealed(issuer + ' ' + body)}"

    def _is_ours(self, nonce: object, issuer: str) -> bool:
        """Whether a nonce was made here or by another server of the class, for that platform, and not too long ago."""
        if not isinstance(nonce, str) or len(nonce) > 100:
            return False
        body, _, seal = nonce.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._sealed(issuer + " " + body).encode()):
            return False
        return 0 <= self._clock() - int(body.partition(".")[0], 16) <= LIFE + 1

    def _sealed(self, words: str) -> str:
        return hmac.digest(self._seal, words.encode(), "sha256").hex()[:48]

    # -- grades ---------------------------------------------------------------------------------------

    def put_score(self, issuer: str, subject: str, lineitem: str, points: int, maximum: int) -> None:
        """Give a platform the score of one whom it has sent. NotLaunched if it does not take it."""
        platform = self._platforms.get(issuer)
        if platform is None:
            raise NotLaunched("the platform is registered no more")
        registration = self._config.find_registration_by_issuer(issuer)
        connector = ServiceConnector(registration, requests_session=self._session)
        service = AssignmentsGradesService(connector, {"scope": [SCORE], "lineitem": lineitem})
        grade = Grade()
        grade.set_score_given(points).set_score_maximum(maximum).set_user_id(subject)
        grade.set_timestamp(time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self._clock())))
        grade.set_activity_progress("Completed").set_grading_progress("FullyGraded")
        try:
            service.put_grade(grade)
        except (LtiException, requests.RequestException, KeyError, ValueError) as error:
            raise NotLaunched(str(error)[:200]) from None


# -- what the library asks of a web framework ------------------------------------------------------------


class _Asked(Request):
    def __init__(self, values: dict[str, str], cookies: dict[str, str]) -> None:
        self._values, self.cookies = values, cookies

    @property
    def session(self) -> dict[str, object]:
        return {}

    def is_secure(self) -> bool:
        return True

    def get_param(self, key: str) -> str:
        return self._values.get(key, "")


class _Cookies(CookieService):
    def __init__(self, request: _Asked) -> None:
        self._request = request
        self.set: dict[str, str] = {}

    def get_cookie(self, name: str) -> str | None:
        return self._request.cookies.get(COOKIE + name)

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        self.set[COOKIE + name] = str(value)


class _Nonces(SessionService):
    """Nothing is kept of a visit: the tool looks at nonces itself, when all else is right (`Tool.launch`)."""

    def __init__(self) -> None:
        """No storage."""

    def save_nonce(self, nonce: str) -> None:
        """It says itself that it is ours."""

    def check_nonce(self, nonce: str) -> bool:
        return isinstance(nonce, str)

    def save_launch_data(self, key: str, jwt_body: Any) -> None:
        """What is needed of it is in the Launch."""

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:
        return False

    def set_state_valid(self, state: str, id_token_hash: str) -> None:
        """A state is good for the browser that has its cookie, and for no other."""


class _Login(OIDCLogin):  # type: ignore[type-arg]
    nonce = ""

    def _generate_nonce(self) -> str:
        return self.nonce

    def get_redirect(self, url: str) -> Any:
        raise NotImplementedError

    def where(self, launch_url: str) -> str:
        return self._prepare_redirect_url(launch_url)


class _Message(MessageLaunch):  # type: ignore[type-arg]
    def _get_request_param(self, key: str) -> str:
        return str(self._request.get_param(key))

    def get_public_key(self) -> tuple[str, str]:
        if self._jwt.get("header", {}).get("alg") != "RS256":
            raise LtiException("not signed by RS256")
        return super().get_public_key()


class _Careful(requests.Session):
    """Waits for no platform for ever, and follows none elsewhere."""

    def request(self, *arguments: Any, **named: Any) -> requests.Response:
        named.setdefault("timeout", PATIENCE)
        named["allow_redirects"] = False
        return super().request(*arguments, **named)


def _config(platform: Platform) -> dict[str, Any]:
    return {
        "client_id": platform.client_id,
        "auth_login_url": platform.login_url,
        "auth_token_url": platform.token_url,
        "key_set_url": platform.keys_url,
        "key_set": platform.keys,
        "deployment_ids": platform.deployments,
    }


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _hosts(platform: Platform) -> set[tuple[str, str]]:
    return {
        _host(url)
        for url in (platform.issuer, platform.login_url, platform.token_url, platform.keys_url or "")
    }


def _private_key(file: Path) -> str:
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.touch(mode=0o600)
        file.write_bytes(pem)
    return file.read_text(encoding="ascii")
