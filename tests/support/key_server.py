"""A sign-in service for tests: signs ID tokens, publishes its keys, answers as Facebook does."""

import asyncio
import hashlib
import json
import time
import warnings
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

NONCE = "a nonce of the app"


def hashed(nonce: str) -> str:
    """Return what an app tells the service of a nonce."""
    return hashlib.sha256(nonce.encode()).hexdigest()


@dataclass
class KeyServer:
    """Keys by their id, people of Facebook by their token; what was asked, and what is wrong."""

    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    app_id: str = "4711"
    app_secret: str = "facebook's secret"
    asked: int = 0
    asked_facebook: int = 0
    url: str = ""
    failing: str = ""
    max_age_s: int = 3600

    def app(self) -> web.Application:
        """Return the service as an application."""
        app = web.Application()
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/moved", self._publish)
        app.router.add_get("/debug_token", self._debug)
        app.router.add_get("/me", self._me)
        return app

    def add_key(self, key_id: str, bits: int = 2048) -> None:
        """Publish one more key."""
        self.keys[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=bits)

    def token(self, key_id: str, **claims: Any) -> str:
        """Return an ID token of Google's, signed with a key; claims may differ."""
        now = int(time.time())
        told = {
            "iss": "https://accounts.google.com",
            "aud": "our-app",
            "sub": "google-1",
            "email": "Ana.Sa@mail.example",
            "email_verified": True,
            "given_name": "Ana",
            "family_name": "Sá",
            "iat": now,
            "exp": now + 3600,
            "nonce": hashed(NONCE),
            "jti": str(time.perf_counter_ns()),
        }
        told = {name: value for name, value in (told | claims).items() if value is not None}
        key = self.keys[key_id]
        with warnings.catch_warnings(action="ignore"):  # a weak key is what a test wants
            return jwt.encode(told, key, algorithm="RS256", headers={"kid": key_id})

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        return await self._trouble() or await self._publish(request)

    async def _trouble(self) -> web.StreamResponse | None:
        """Answer as a service that is in trouble does."""
        match self.failing:
            case "":
                return None
            case "moved":
                return web.Response(status=302, headers={"Location": "/moved"})
            case "huge":
                return web.Response(body=b" " * 1_000_000)
            case "html":
                return web.Response(text="<html>", content_type="text/html")
            case "slow":
                await asyncio.sleep(30)
        return web.Response(status=500)

    async def _publish(self, request: web.Request) -> web.StreamResponse:
        """Answer in two packets, as a network may; among the keys are some of no use."""
        curve = ec.generate_private_key(ec.SECP256R1()).public_key()
        one = next(iter(self.keys.values()))
        shown = [
            {**ECAlgorithm.to_jwk(curve, as_dict=True), "kid": "curve"},
            {**_public("to encrypt", one), "use": "enc"},
            {"kty": "RSA", "kid": "empty"},
            "no key",
            *(_public(key_id, key) for key_id, key in self.keys.items()),
        ]
        raw = json.dumps({"keys": shown}).encode()
        headers = {
            "Content-Type": "application/json",
            "Cache-Control": f"public, max-age={self.max_age_s}, must-revalidate",
        }
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        await answer.write(raw[:50])
        await asyncio.sleep(0.05)
        await answer.write(raw[50:])
        return answer

    async def _debug(self, request: web.Request) -> web.StreamResponse:
        self.asked_facebook += 1
        trouble = await self._trouble()
        if trouble is not None:
            return trouble
        if request.query["access_token"] != f"{self.app_id}|{self.app_secret}":
            return web.json_response({"error": {"code": 190}}, status=400)
        person = self.people.get(request.query["input_token"])
        if person is None:
            return web.json_response({"data": {"is_valid": False}})
        told = {
            "is_valid": True,
            "app_id": self.app_id,
            "type": "USER",
            "expires_at": int(time.time()) + 3600,
            "user_id": person["id"],
        }
        return web.json_response({"data": told | person.get("told", {})})

    async def _me(self, request: web.Request) -> web.Response:
        person = self.people[request.query["access_token"]]
        assert len(request.query["appsecret_proof"]) == 64
        names = {name: person[name] for name in ("first_name", "last_name")}
        return web.json_response({"id": person.get("named", person["id"])} | names)


def _public(key_id: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    told = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**told, "kid": key_id, "use": "sig", "alg": "RS256"}
