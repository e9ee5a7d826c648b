"""Opening Redis: what we send is what the library would send, only packed faster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Connection
from redis.exceptions import DataError

from api.kit.redis import open_redis

ARGUMENTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.binary(max_size=20),
    st.binary(min_size=7000, max_size=7100),
    st.integers(),
    st.floats(allow_nan=False),
)


@given(
    name=st.sampled_from(["SET", "CONFIG GET", b"XADD", "hset"]),
    rest=st.lists(ARGUMENTS, max_size=8),
)
def test_commands_are_packed_to_the_byte_as_the_library_packs_them(
    name: str | bytes, rest: list[object]
) -> None:
    """Texts, bytes, numbers, long ones; a name of two words."""
    ours = open_redis("redis://localhost").connection_pool.make_connection()
    assert isinstance(ours, Connection)
    packed = b"".join(ours.pack_command(name, *rest))  # type: ignore[arg-type]  # as drawn
    assert packed == b"".join(Connection().pack_command(name, *rest))  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["redis://h", "rediss://h", "unix:///s"])
def test_whatever_the_way_to_redis_commands_are_packed_in_c(url: str) -> None:
    """Plain, by TLS, by a unix socket; bytes of any kind are bytes, other things are refused."""
    connection = open_redis(url).connection_pool.make_connection()
    assert connection.pack_command("SET", memoryview(b"a"), bytearray(b"b")) == [
        b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n"
    ]
    with pytest.raises(DataError):
        connection.pack_command("SET", "key", object())
