"""Whatever is sent, no error is ours: `python -m benchmarks.fuzz --cases 20000`.

Schemathesis makes requests out of our OpenAPI document, half of them as it says and half of them
broken, and sends them as several people to an API of its own on private servers. An answer of 500
or above is a finding (503 says that a server is away and is counted apart), and so is a reply
that the document does not describe.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import api_document
from api.identity import service as identity
from api.identity.tokens import TokenMint
from api.kit.actor import Role
from api.kit.clock import Clock
from api.kit.db import Database
from api.kit.ids import SessionId, new_id
from api.kit.resources import Resources
from api.kit.work import begin_work
from api.migrate import upgrade
from benchmarks.report import CpuShare, machine, show, tell
from jobs.machine.services import Services, running

AREAS = frozenset({
    "auditing",
    "content",
    "files",
    "identity",
    "imports",
    "monitoring",
    "people",
    "places",
    "profiles",
    "service_keys",
    "slots",
    "staff",
    "system_settings",
    "webhooks",
})
DESCRIBED = (content_type_conformance, response_schema_conformance, status_code_conformance)
SECRET = "a secret for this measurement alone 0123456789"  # noqa: S105  # of a private server
ROLES = (Role.SUPER_ADMIN, Role.SUPER_ADMIN, Role.CUSTOMER, Role.COURIER, None)
_PLENTY = "10000000"

AnyCase: TypeAlias = Case[Any]


@dataclass
class Findings:
    """What came of the requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    unsent: int = 0
    errors: list[str] = field(default_factory=list)
    undescribed: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        """Return how many requests were answered."""
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, as whom (None is nobody), and ids that exist, by their names in paths."""

    base_url: str
    tokens: Sequence[str | None]
    ids: Mapping[str, str]


def hunt(target: Target, cases: int, first_seed: int, areas: frozenset[str] = AREAS) -> Findings:
    """Send about `cases` requests to the endpoints of some areas; return what came of them."""
    schema = schemathesis.openapi.from_dict(api_document())
    parsed = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    operations = [operation for operation in parsed if set(operation.tags or ()) & areas]
    each = max(1, -(-cases // (2 * len(operations))))
    findings = Findings()
    with requests.Session() as session:
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _try(operation.as_strategy(mode), target, each, first_seed, session, findings)
    return findings


def _try(  # the parts of one round
    strategy: st.SearchStrategy[AnyCase],
    target: Target,
    number: int,
    first_seed: int,
    session: requests.Session,
    findings: Findings,
) -> None:
    """Send `number` requests to one endpoint."""

    @seed(first_seed)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, token=st.sampled_from(target.tokens), known=st.booleans())
    def send(case: AnyCase, token: str | None, known: bool) -> None:
        if known and case.path_parameters:
            named = {n: target.ids[n] for n in case.path_parameters if n in target.ids}
            case.path_parameters = {**case.path_parameters, **named}
        _send(case, token, target.base_url, session, findings)

    try:
        send()
    except HypothesisException:
        return  # an endpoint without anything to break


def _send(
    case: AnyCase, token: str | None, base_url: str, session: requests.Session, findings: Findings
) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        answer = case.call(base_url=base_url, session=session, headers=headers, timeout=30)
    except (requests.RequestException, ValueError):
        findings.unsent += 1  # no HTTP client can send this
        return
    findings.statuses[answer.status_code] += 1
    label = f"{case.method} {case.path}"
    if answer.status_code >= 500 and answer.status_code != 503:
        findings.errors.append(f"{answer.status_code} {case.as_curl_command()}")
    try:
        case.validate_response(answer, checks=list(DESCRIBED))
    except FailureGroup as group:
        for failure in group.exceptions:
            findings.undescribed[f"{label}: {answer.status_code} {failure}"[:300]] += 1


@contextmanager
def serving(services: Services, folder: Path) -> Iterator[str]:
    """Run the API as a program of its own; yield its address."""
    port = 18_980
    environment = {
        **os.environ,
        "HERMOD_DATABASE_URL": services.database_url,
        "HERMOD_REDIS_URL": services.redis_url,
        "HERMOD_SECRET_KEY": SECRET,
        "HERMOD_STATE_DIR": str(folder),
        "HERMOD_HTTP_PORT": str(port),
        "HERMOD_LOG_LEVEL": "error",
        "HERMOD_BCRYPT_COST": "4",
        "HERMOD_CODE_GAP_S": "0",
        **{f"HERMOD_RATE_{kind}_PER_MIN": _PLENTY for kind in ("AUTH", "PUBLIC", "READ", "WRITE")},
    }
    program = subprocess.Popen([sys.executable, "-m", "api"], env=environment)  # ours
    try:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{url}/health/ready", timeout=2).raise_for_status()
                break
            except requests.RequestException:
                if time.monotonic() > until or program.poll() is not None:
                    raise
                time.sleep(0.2)
        yield url
    finally:
        program.terminate()
        program.wait(30)


async def people(url: str) -> list[str | None]:
    """Add one person per role; return their access tokens, and None for nobody."""
    await upgrade(url)
    database = await Database.open(url, size=2)
    mint = TokenMint(SECRET, access_s=86_400)
    tokens: list[str | None] = []
    async with begin_work(database, Clock.real(), Resources()) as work:
        for role in ROLES:
            if role is None:
                tokens.append(None)
                continue
            user = await identity.add_staff(
                work,
                role=role,
                email=f"{uuid4().hex[:12]}@hermod.example",
                password=None,
                first_name=role.value,
                last_name="Fuzz",
            )
            tokens.append(mint.access_token(user.id, role, SessionId(new_id()), None))
    await database.close()
    return tokens


def things(base_url: str, token: str | None) -> dict[str, str]:
    """Make some things; return their ids by the names that paths have for them."""
    headers = {"Authorization": f"Bearer {token}"}
    wishes: dict[str, tuple[str, dict[str, Any]]] = {
        "contentId": ("admin/content", {"slug": "a", "locale": "en", "title": "A", "body": "a"}),
        "apiKeyId": ("admin/api-keys", {"name": "A", "scopes": ["dispatch:read"]}),
        "adminId": (
            "admin/admins",
            {
                "role": "support",
                "email": "sue@hermod.example",
                "password": "a long password",
                "firstName": "Sue",
                "lastName": "Port",
            },
        ),
    }
    made = {}
    for name, (path, body) in wishes.items():
        url = f"{base_url}/api/v1/{path}"
        answer = requests.post(url, json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        made[name] = str(answer.json()["data"]["id"])
    return made | {"userId": made["adminId"], "slug": "a", "kind": "terms", "provider": "google"}


def keys(base_url: str, token: str | None) -> list[str]:
    """Make an API key for live use and one for the test world; return them."""
    scopes = ["audit:*", "content:*", "order:*", "slot:*", "user:*", "zone:*"]
    made = []
    for is_test in (False, True):
        answer = requests.post(
            f"{base_url}/api/v1/admin/api-keys",
            json={"name": "A", "isTest": is_test, "ratePerMin": 100_000, "scopes": scopes},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        made.append(str(answer.json()["data"]["key"]))
    return made


def main() -> int:
    """Send requests, report; end with 1 where an error was ours."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    share, began = CpuShare(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hermod-fuzz-") as place:
        folder = Path(place)
        folder.chmod(0o711)
        with running(folder) as services:
            tokens = asyncio.run(people(services.database_url))
            with serving(services, folder) as url:
                callers = [*tokens, *keys(url, tokens[0])]
                target = Target(url, callers, things(url, tokens[0]))
                found = hunt(target, options.cases, options.seed)
    show("Answers", ("status", "requests"), sorted(found.statuses.items()))
    for text in [*found.errors[:20], *(f"{n} x {t}" for t, n in found.undescribed.most_common(20))]:
        print(text)
    summary = {
        "cases": found.cases,
        "unsent": found.unsent,
        "errors": len(found.errors),
        "undescribed": sum(found.undescribed.values()),
        "minutes": round((time.monotonic() - began) / 60, 1),
    }
    tell({"machine": machine(), "cpu_share": share.so_far(), "summary": summary}, options.json)
    return 1 if found.errors else 0


if __name__ == "__main__":
    sys.exit(main())
