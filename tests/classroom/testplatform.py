"""A learning platform's key, and what it signs: for those who have it, and for those who only wish they had."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER, CLIENT, DEPLOYMENT = "https://platform.example", "client-7", "deployment-1"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@lru_cache(maxsize=2)
def key(name: str) -> rsa.RSAPrivateKey:
    """The platform's key; by another name, somebody else's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_keys() -> dict[str, Any]:
    """What a tool knows the platform by."""
    jwk = json.loads(RSAAlgorithm.to_jwk(key("platform").public_key()))
    return {"keys": [{**jwk, "kid": "k1", "alg": "RS256", "use": "sig"}]}


def launch(nonce: str, *, by: str = "platform", **other: Any) -> str:
    """A signed launch; `other` claims in place of the good ones, None leaves one out."""
    now = int(time.time())
    body: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "user-42",
        "exp": now + 300,
        "iat": now,
        "nonce": nonce,
        "name": "Launched",
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": DEPLOYMENT,
        f"{CLAIM}target_link_uri": "https://hvlab/lti/launch",
        f"{CLAIM}resource_link": {"id": "link-1"},
        f"{CLAIM}roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        **other,
    }
    body = {name: value for name, value in body.items() if value is not None}
    return jwt.encode(body, key(by), algorithm="RS256", headers={"kid": "k1"})
