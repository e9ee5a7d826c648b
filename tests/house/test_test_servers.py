"""The servers that tests share: asked for once, started once, different where they must differ."""

from tests.support.commands import answer_of


def test_the_shared_postgres_answers_as_its_superuser(postgres_url: str) -> None:
    asked = "select current_database(), usesuper from pg_user where usename = current_user"
    assert answer_of("psql", postgres_url, "-XAtc", asked) == "postgres|t"


def test_the_shared_redis_answers(redis_url: str) -> None:
    socket = redis_url.removeprefix("unix://").split("?")[0]
    assert answer_of("redis-cli", "-s", socket, "PING") == "PONG"
