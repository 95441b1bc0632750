"""Telegram's updates without a public address: fetched instead of delivered."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections

from chatbot.channels import telegram_api
from chatbot.channels.environment import find_channel
from chatbot.channels.errors import ChannelError
from chatbot.channels.reading import notice
from chatbot.channels.telegram import UPDATES, Telegram
from chatbot.intake import route
from chatbot.storing import store
from crm.conversations.models import Channel

LONGEST_PAUSE = 30.0  # seconds, while Telegram or the database is away
CONFLICT = (
    "If Telegram calls a webhook, `manage.py telegram_set_webhook --remove` ends that; "
    "if updates are fetched elsewhere too, stop one of both."
)


class Poller:
    """Fetches and stores, and counts nothing as fetched that is not stored."""

    def __init__(self, channel: Channel) -> None:
        self.provider = Telegram(channel)
        self.client = telegram_api.client(channel)
        self.offset = 0
        self.stopping = False
        self.idle = False

    def turn(self, wait: float) -> int:
        """Wait so many seconds for updates and store them; how many came.

        Raises ChannelError, or what the database raises; then they come again.
        """
        asked = {"offset": self.offset, "timeout": int(wait), "allowed_updates": list(UPDATES)}
        with self._idling():
            answer = self.client.call("getUpdates", asked)
        updates = answer if isinstance(answer, list) else []
        events = [
            event
            for update in updates
            for event in (
                self.provider.parse(update) if isinstance(update, dict) else [notice(update)]
            )
        ]
        if events:
            store(route(self.provider, events))
        self._advance(updates)
        return len(updates)

    def _advance(self, updates: list[Any]) -> None:
        numbers = [one.get("update_id") for one in updates if isinstance(one, dict)]
        known = [number for number in numbers if isinstance(number, int)]
        if updates and not known:
            raise ChannelError("These updates have no numbers.", permanent=False)
        self.offset = max([self.offset, *(number + 1 for number in known)])

    def pause(self, seconds: float) -> None:
        with self._idling():
            time.sleep(seconds)

    @contextmanager
    def _idling(self) -> Iterator[None]:
        """While nothing is at hand that an end would cut short."""
        self.idle = True
        try:
            if self.stopping:
                raise KeyboardInterrupt
            yield
        finally:
            self.idle = False

    def stop(self, *_: Any) -> None:
        """For a signal handler: end at once, or when what is at hand is stored."""
        self.stopping = True
        if self.idle:
            raise KeyboardInterrupt


class Command(BaseCommand):
    help = (
        "Fetches the updates of a Telegram bot and stores them as its webhook would, until Ctrl-C "
        "or SIGTERM: for development, where Telegram cannot call us."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--channel", default="", metavar="UUID", help="without: the default Telegram channel"
        )
        parser.add_argument("--once", action="store_true", help="fetch what waits, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel = find_channel(Telegram.slug, options["channel"])
            poller = Poller(channel)
        except (ChannelError, LookupError) as error:
            raise CommandError(str(error)) from None
        if not channel.is_active:
            raise CommandError("this channel is switched off")
        if options["once"]:
            self._once(poller)
            return
        self.stdout.write(f"Fetching the updates of {channel}. Ctrl-C ends it.")
        with ended_by_signals(poller.stop):
            self._for_ever(poller)
        self.stdout.write("Stopped.")

    def _once(self, poller: Poller) -> None:
        """To the end: the last request, which brings nothing, confirms all before it."""
        try:
            while found := poller.turn(0):
                self._tell(found)
        except ChannelError as error:
            raise CommandError(_in_words(error)) from None

    def _for_ever(self, poller: Poller) -> None:
        wait = max(settings.PROVIDER_TIMEOUT[1] - 5, 0)
        pause = 1.0
        while True:
            try:
                found = poller.turn(wait)
            except ChannelError as error:
                if error.stop:
                    raise CommandError(_in_words(error)) from None
                self.stderr.write(_in_words(error))
                poller.pause(max(pause, error.retry_after))
            except (DatabaseError, InterfaceError) as error:
                self.stderr.write(f"The database does not answer: {type(error).__name__}")
                close_old_connections()
                poller.pause(pause)
            else:
                pause = 1.0
                self._tell(found)
                continue
            pause = min(pause * 2, LONGEST_PAUSE)

    def _tell(self, found: int) -> None:
        if found:
            self.stdout.write(f"{found} stored")


def _in_words(error: ChannelError) -> str:
    return f"{error} {CONFLICT}" if error.code == "409" else str(error)


@contextmanager
def ended_by_signals(stop: Callable[..., None]) -> Iterator[None]:
    """SIGTERM and Ctrl-C call `stop`, and the KeyboardInterrupt it raises ends the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
