"""Getting an account as a person does: register, read the code that comes by text message."""

import asyncio
from dataclasses import dataclass

from benchmarks.city.api_client import Api, Person
from benchmarks.city.errors import CityError
from benchmarks.city.sms_gateway import SmsGateway

FIRST_CODE_S = 20.0
LATER_CODE_S = 40.0
TRIES = 3
_NO_ACCOUNT = frozenset({"wrong_credentials"})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to Hermod."""

    phone: str
    password: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}"


class Reception:
    """Where people of a city get their accounts; a few at a time, as they would."""

    def __init__(self, api: Api, gateway: SmsGateway, at_once: int = 16) -> None:
        """Register at `api`; codes come through `gateway`."""
        self._api = api
        self._gateway = gateway
        self.queue = asyncio.Semaphore(at_once)

    async def join(self, who: Identity, role: str) -> Person:
        """Return somebody signed in: by the account they have, or by a new one.

        Raises CityError when the code does not come or the account is somebody else's.
        """
        person = Person(self._api, who.phone, who.password)
        async with self.queue:
            answer = await person.sign_in(_NO_ACCOUNT)
            for number in range(TRIES):
                if answer.ok:
                    return person
                if answer.code not in _NO_ACCOUNT:
                    break
                within_s = LATER_CODE_S if number else FIRST_CODE_S
                if await self._register(person, who, role, within_s):
                    return person
                answer = await person.sign_in(_NO_ACCOUNT)
        raise CityError(
            f"{who.name} cannot get an account ({answer.code}: {answer.message}). If codes do not"
            " arrive, check that HERMOD_SMS_URL names the city's --sms-port."
        )

    async def _register(self, person: Person, who: Identity, role: str, within_s: float) -> bool:
        inbox = self._gateway.phone(who.phone)
        draft = {
            "phone": who.phone,
            "password": who.password,
            "firstName": who.first_name,
            "lastName": who.last_name,
            "role": role,
        }
        try:
            if not (await person.identify("register", draft)).ok:
                return False
            async with asyncio.timeout(within_s):
                code = (await inbox.get()).code
            if code is None:
                return False  # "you have an account": the next sign-in says what is wrong
            check = {
                "destination": who.phone,
                "purpose": "registration",
                "code": code,
                "password": who.password,
            }
            return (await person.identify("verify-code", check)).ok
        except TimeoutError:
            return False
        finally:
            self._gateway.close_phone(who.phone)
