"""A sign-in service for tests: signs ID tokens, publishes its keys, answers as Facebook does."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass
class KeyServer:
    """Keys by their id, people of Facebook by their token, and what was asked."""

    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    app_id: str = "4711"
    app_secret: str = "facebook's secret"
    asked: int = 0
    url: str = ""
    failing: bool = False

    def app(self) -> web.Application:
        """Return the service as an application."""
        app = web.Application()
        app.router.add_get("/keys", self._keys)
        app.router.add_get("/debug_token", self._debug)
        app.router.add_get("/me", self._me)
        return app

    def add_key(self, key_id: str) -> None:
        """Publish one more key."""
        self.keys[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

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
            "jti": str(time.perf_counter_ns()),
        }
        told = {name: value for name, value in (told | claims).items() if value is not None}
        key = self.keys[key_id]
        return jwt.encode(told, key, algorithm="RS256", headers={"kid": key_id})

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        """Answer in two packets, as a network may."""
        self.asked += 1
        if self.failing:
            return web.Response(status=500)
        shown = [
            jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            | {"kid": key_id, "use": "sig", "alg": "RS256"}
            for key_id, key in self.keys.items()
        ]
        raw = json.dumps({"keys": shown}).encode()
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        await answer.write(raw[:50])
        await asyncio.sleep(0.05)
        await answer.write(raw[50:])
        return answer

    async def _debug(self, request: web.Request) -> web.Response:
        if request.query["access_token"] != f"{self.app_id}|{self.app_secret}":
            return web.json_response({"error": {"code": 190}}, status=400)
        person = self.people.get(request.query["input_token"])
        if person is None:
            return web.json_response({"data": {"is_valid": False}})
        told = {"is_valid": True, "app_id": person.get("app_id", self.app_id)}
        return web.json_response({"data": told | {"user_id": person["id"]}})

    async def _me(self, request: web.Request) -> web.Response:
        person = self.people[request.query["access_token"]]
        assert len(request.query["appsecret_proof"]) == 64
        names = {name: person[name] for name in ("first_name", "last_name")}
        return web.json_response({"id": person.get("named", person["id"])} | names)
