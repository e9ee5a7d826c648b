"""Calls to addresses that somebody else chose: never into our own network, never for long.

Each connection is checked at the moment it is made, by the very address that it goes to: what a
name meant before, or means later, does not matter. Redirects are not followed, answers not read.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Lookup: TypeAlias = Callable[[str, int], list[tuple[Any, ...]]]
"""Answers as `socket.getaddrinfo` does."""

CONNECT_S = 5.0
READ_S = 10.0
TOTAL_S = 15.0
LOOKUPS_AT_ONCE = 32

_TRANSLATED = ip_network("64:ff9b::/96")
_SPECIAL = tuple(
    ip_network(one) for one in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001::/23")
)
"""Registered for special purposes, and yet global to some releases of Python's `ipaddress`."""
_NOT_PUBLIC = "its address is not a public one; HERMOD_WEBHOOK_NETWORKS names others"


class NotSent(Exception):  # it names a fact, as our other errors do
    """Nobody answered; the message says why, in words for the one who chose the address."""


class _Kept(OSError):
    """A connection to where we do not go."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and in how many seconds to come again where that was said."""

    status: int
    retry_after_s: float


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    """Return networks from their CIDR texts; raise `ValueError`."""
    return tuple(ip_network(one) for one in texts)


def is_public(address: Address) -> bool:
    """Tell whether everybody can reach an address, and so may be sent to it."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    if isinstance(address, IPv6Address) and (address.is_site_local or address.is_reserved):
        return False
    if any(address.version == one.version and address in one for one in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to, where it is of such a kind."""
    if isinstance(address, IPv4Address):
        return None
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def is_allowed(address: Address, networks: Sequence[Network], *, public: bool) -> bool:
    """Tell whether we connect to an address: a named network, or (`public`) anybody's."""
    told = _inner(address) or address
    if any(told.version == one.version and told in one for one in networks):
        return True
    return public and is_public(address)


def wrong_with(url: str, networks: Sequence[Network]) -> str | None:
    """Return what is wrong with an address before anybody looks up what its name means."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "must be an address like https://example.com/hooks"
    if parts.scheme not in {"https", "http"} or not host:
        return "must be an address like https://example.com/hooks"
    if not url.isascii() or any(c.isspace() or c == "\\" for c in url):
        return "must be plain ASCII: write other letters in punycode and with % signs"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "must have no user, password or #: the signature tells who calls"
    public = parts.scheme == "https"
    literal = _literal(host)
    if literal is not None and not is_allowed(literal, networks, public=public):
        return f"must be https, and {_NOT_PUBLIC}"
    if not public and not networks:
        return "must be https"
    return None


def _literal(host: str) -> Address | None:
    """Return the address that a host is, in any notation that the system would take."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


class _Names(AbstractResolver):
    """Looks names up in threads of its own: slow name servers hold up nobody else's look-ups."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_ONCE, "names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return where a name leads."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._lookup, host, port)
        return [
            ResolveResult(
                hostname=host,
                host=one[4][0],
                port=port,
                family=one[0],
                proto=one[2],
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for one in found
            if family in {socket.AF_UNSPEC, one[0]}
        ]

    async def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _system_lookup(host: str, port: int) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class Outbound:
    """Posts to addresses of others: https to anybody, both schemes into the named networks."""

    def __init__(self, networks: Sequence[Network], lookup: Lookup = _system_lookup) -> None:
        self._networks = tuple(networks)
        self._names = _Names(lookup)
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send `body`; raise `NotSent` where nothing came back in time."""
        problem = wrong_with(url, self._networks)
        if problem is not None:
            raise NotSent(f"The address {problem}")
        try:
            async with self._session(urlsplit(url).scheme).post(
                url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return Answer(response.status, _seconds(response.headers.get("Retry-After", "")))
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, _Kept):
                raise NotSent(f"Not sent: {_NOT_PUBLIC}") from error
            raise NotSent(f"No connection ({type(error.os_error).__name__})") from error
        except TimeoutError as error:
            raise NotSent("No answer in time") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotSent(f"No answer ({type(error).__name__})") from error

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()
        await self._names.close()

    def _session(self, scheme: str) -> aiohttp.ClientSession:
        if scheme not in self._sessions:
            connector = aiohttp.TCPConnector(
                limit=0,
                force_close=True,
                use_dns_cache=False,
                resolver=self._names,
                socket_factory=self._factory(public=scheme == "https"),
            )
            self._sessions[scheme] = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(
                    total=TOTAL_S, sock_connect=CONNECT_S, sock_read=READ_S
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._sessions[scheme]

    def _factory(self, *, public: bool) -> Callable[[Any], socket.socket]:
        """Return what makes the sockets: for addresses that we may connect to, and no others."""

        def checked(info: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
            family, kind, protocol, _name, place = info
            address = ip_address(str(place[0]).partition("%")[0])
            if not is_allowed(address, self._networks, public=public):
                raise _Kept(_NOT_PUBLIC)
            return socket.socket(family, kind, protocol)

        return checked


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0
