"""A desk with people and conversations on it, for tests that look at pages."""

import itertools
import json
from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Episode, Message
from crm.people.models import User

numbers = itertools.count(1)


def person(role, **fields):
    """A colleague in a role; person("") has none."""
    fields.setdefault("username", f"{role or 'nadie'}{next(numbers)}")
    user = User.objects.create_user(password="x", **fields)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def browser(user=None, **options):
    client = Client(**options)
    if user is not None:
        client.force_login(user, "crm.people.backends.DeskBackend")
    return client


def conversation(channel, name="Rosa Ficticia", phone=""):
    phone = phone or f"5190000{next(numbers):04d}"
    with transaction.atomic():
        made = meet(channel=channel, addresses=[("wa_id", phone)], name=name, phone=phone)
    ownership.open_episode(made)
    return made


def hear(talk, text="Hola", *, ago=0, kind="text", **fields):
    """The person wrote, `ago` minutes before now."""
    return _message(
        talk, text, ago, direction="in", author="person", state="received", kind=kind, **fields
    )


def say(talk, text="Buenas", *, ago=0, author="bot", state="sent", **fields):
    """We wrote, `ago` minutes before now."""
    return _message(talk, text, ago, direction="out", author=author, state=state, **fields)


def _message(talk, text, ago, **fields):
    at = timezone.now() - timedelta(minutes=ago)
    fields.setdefault("provider_id", f"wamid.T{next(numbers)}")
    message = Message.objects.create(
        conversation=talk,
        channel=talk.channel,
        episode=talk.episode,
        text=text,
        shown_at=at,
        created_at=at,
        **fields,
    )
    outreach.note_message(talk, message)
    return message


def words(response):
    return response.content.decode()


def events(response):
    """What an htmx answer sets off, by name."""
    return json.loads(response["HX-Trigger"])


HTMX = {"HX-Request": "true"}


def at(name, pk):
    return reverse(f"inbox:{name}", args=[pk])


def owner(talk):
    episode = Episode.objects.get(conversation=talk)
    return episode.owner, episode.human
