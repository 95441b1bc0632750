"""Accounts at four providers, for tests of a whole installation.

Each knows how people write to it, and what its provider took of what the desk sent them.
"""

import json
import time
import uuid
from collections import defaultdict
from contextlib import ExitStack, contextmanager

from chatbot.tests.fakes import instagram, maytapi, telegram, whapi
from chatbot.tests.fakes.reporting import post
from chatbot.tests.graph_stub import post_signed

APP_SECRET = "s3cr3t-of-instagram"
LATENCY = 0.2  # seconds, so that something is always under way


class Account:
    """One channel of the installation, and its provider.

    setting  the environment variable with the provider's address
    tells    whether it tells of every message it took, so that each can be confirmed
    ends     the state of a message about which everything has been told
    first    the number of the first person who writes to it
    """

    slug = setting = external_id = ends = ""
    credentials: dict = {}
    tells, first = True, 0

    def __init__(self, url):
        self.uuid = str(uuid.uuid4())
        self.door = f"{url}/webhooks/{self.slug}/{self.uuid}/"
        self.fake = self.provider()

    def provider(self):
        raise NotImplementedError

    def write(self, person, n):
        """Bring a person's n-th text; the HTTP status."""
        raise NotImplementedError

    def row(self):
        """What is entered for it on the channels page."""
        return {
            "uuid": self.uuid,
            "name": self.slug,
            "provider": self.slug,
            "mode": "live",
            "external_id": self.external_id,
            "credentials": self.credentials,
            "per_second": 100,
        }

    def took(self):
        """Person -> the provider's ids of the messages it took for them, in order of arrival."""
        taken = defaultdict(list)
        for number, body in enumerate(list(self.fake.sent), 1):
            person = self.recipient(body)
            taken[person].append(self.id_of(number, person))
        return taken

    def id_of(self, number, person):
        return self.fake.id_of(number)

    def under_way(self):
        """How many messages the provider has been given and not answered yet."""
        asked = sum(map(self.fake.is_send, list(self.fake.requests)))
        return asked - len(self.fake.sent)


class Whapi(Account):
    slug, setting, external_id = "whapi", "WHAPI_BASE_URL", whapi.CHANNEL
    credentials = {"access_token": whapi.TOKEN, "webhook_secret": whapi.SECRET}
    ends, first = "delivered", 51_961_000_000

    def provider(self):
        return whapi.WhapiFake(reports=self.door, echoes=True, latency=LATENCY)

    def write(self, person, n):
        body = whapi.text_body(str(n), id_=f"In{person}-{n:08d}", sender=person)
        return post(self.door, body, {"X-Webhook-Secret": whapi.SECRET})

    def recipient(self, body):
        return body["to"].partition("@")[0]


class Maytapi(Account):
    """It acknowledges by its own ids alone: what was under way stays open."""

    slug, setting, external_id = "maytapi", "MAYTAPI_BASE_URL", maytapi.PHONE
    credentials = {"access_token": maytapi.TOKEN, "product_id": maytapi.PRODUCT}
    tells, ends, first = False, "delivered", 51_962_000_000

    def provider(self):
        return maytapi.MaytapiFake(reports=self.door, latency=LATENCY)

    def write(self, person, n):
        id_ = f"false_{person}@c.us_3EB0{n:08X}"
        return post(self.door, maytapi.text_body(str(n), id_=id_, sender=person), {})

    def recipient(self, body):
        return body["to_number"].partition("@")[0]


class Telegram(Account):
    """It says nothing of what became of a message."""

    slug, setting = "telegram", "TELEGRAM_API_URL"
    credentials = {"access_token": telegram.TOKEN, "webhook_secret": telegram.SECRET}
    tells, ends, first = False, "sent", 963_000_000

    def provider(self):
        return telegram.TelegramFake(latency=2.5 * LATENCY)  # what is seen under way still is

    def write(self, person, n):
        who = {"id": int(person), "is_bot": False, "first_name": "Ana"}
        chat = {"id": int(person), "type": "private", "first_name": "Ana"}
        message = {"message_id": n + 1, "from": who, "chat": chat, "text": str(n)}
        update = {"update_id": int(person) * 1000 + n, "message": message}
        message["date"] = int(time.time())
        return post(self.door, update, {"X-Telegram-Bot-Api-Secret-Token": telegram.SECRET})

    def recipient(self, body):
        return str(body["chat_id"])

    def id_of(self, number, person):
        return f"{person}.{9000 + number}"


class Instagram(Account):
    slug, setting, external_id = "instagram", "INSTAGRAM_API_URL", instagram.ACCOUNT
    credentials = {"access_token": instagram.TOKEN, "app_secret": APP_SECRET}
    ends, first = "sent", 964_000_000

    def provider(self):
        return instagram.InstagramFake(reports=self.door, secret=APP_SECRET, latency=LATENCY)

    def write(self, person, n):
        item = instagram.text_item(str(n), mid=f"m_in_{person}_{n}", sender=person)
        return post_signed(self.door, APP_SECRET, instagram.body(item))

    def recipient(self, body):
        return body["recipient"]["id"]

    def id_of(self, number, person):
        return f"m_out_{number}"


@contextmanager
def opened(installation):
    """All accounts, entered as channels of the installation, with their providers running."""
    with ExitStack() as running:
        accounts = [kind(installation.url) for kind in (Whapi, Maytapi, Telegram, Instagram)]
        for account in accounts:
            running.enter_context(account.fake)
            installation.providers[account.setting] = account.fake.url
        rows = json.dumps([account.row() for account in accounts])
        make = "from crm.conversations.models import Channel; import json; "
        make += f"[Channel.objects.create(**row) for row in json.loads({rows!r})]"
        installation.run("shell", "--no-imports", "-c", make)
        yield accounts
