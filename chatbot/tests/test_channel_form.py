"""Every provider's form and page, by what its class says of itself and nothing else."""

import pytest

from chatbot.channels.registry import CHANNELS
from chatbot.tests.desk import browser, person, words
from crm.conversations.models import Channel

pytestmark = pytest.mark.django_db
every = pytest.mark.parametrize("provider", CHANNELS, ids=lambda one: one.slug)


@pytest.fixture
def admin():
    return browser(person("administrator"))


def typed(provider, **changes):
    """What somebody enters: everything that is asked, but no word that can be made up."""
    given = {
        f"credential_{one.name}": f"dato-{one.name}" for one in provider.fields if not one.invented
    }
    return {"name": "Nuevo", "mode": "live", "is_active": "on", **given, **changes}


def made(admin, provider, **changes):
    answer = admin.post(f"/channels/add/{provider.slug}/", typed(provider, **changes))
    assert answer.status_code == 302, words(answer)
    return Channel.objects.get(name="Nuevo")


@every
def test_it_can_be_chosen_added_and_looked_at(provider, admin):
    assert str(provider.label) in words(admin.get("/channels/add/"))
    channel = made(admin, provider)
    page = words(admin.get(f"/channels/{channel.pk}/"))
    assert str(provider.label) in page
    for field in provider.fields:
        assert channel.secret(field.name)
        if field.secret:
            assert channel.secret(field.name) not in page
    assert words(admin.get("/channels/")).count(str(channel.uuid)) >= 1
    assert admin.get(f"/channels/{channel.pk}/edit/").status_code == 200


@every
def test_only_what_it_has_is_asked_for(provider, admin):
    page = words(admin.get(f"/channels/add/{provider.slug}/"))
    assert ('name="external_id"' in page) == bool(provider.external_id)
    assert ('name="is_default"' in page) == bool(provider.family)
    assert ('name="mode"' in page) != provider.is_simulated
    assert 'name="per_second"' in page
    for field in provider.fields:
        assert f'name="credential_{field.name}"' in page
    if provider.external_id:
        assert str(provider.external_id) in page


@every
def test_words_of_our_own_are_made_up_once_and_shown_on_demand(provider, admin):
    channel = made(admin, provider)
    invented = [one.name for one in provider.fields if one.invented]
    words_made = [channel.secret(name) for name in invented]
    assert all(len(word) >= 40 for word in words_made)
    shown = admin.post(f"/channels/{channel.pk}/secrets/")
    assert shown["Cache-Control"] == "no-store"
    assert all(f'value="{word}"' in words(shown) for word in words_made)
    admin.post(f"/channels/{channel.pk}/edit/", typed(provider))
    channel.refresh_from_db()
    assert [channel.secret(name) for name in invented] == words_made
    for field in provider.fields:
        if field.secret and not field.invented:
            assert channel.secret(field.name) not in words(shown)


@every
def test_its_steps_name_the_address_to_enter(provider, admin, settings):
    settings.BASE_URL = "https://oficina.ejemplo.test"
    channel = made(admin, provider)
    page = words(admin.get(f"/channels/{channel.pk}/"))
    assert "{url}" not in page
    if provider.steps:
        url = f"https://oficina.ejemplo.test/webhooks/{provider.slug}/{channel.uuid}/"
        assert f"<code>{url}</code>" in page


@every
def test_it_becomes_the_default_of_its_family_alone(provider, admin):
    others = [
        Channel.objects.create(name=family, provider="meta", default_for=family)
        for family in ("whatsapp", "telegram")
    ]
    channel = made(admin, provider, is_default="on")
    assert (channel.default_for or "") == provider.family
    for other in others:
        kept = Channel.objects.get(pk=other.pk).default_for
        assert kept == (None if other.name == provider.family else other.name)


def test_a_typed_word_is_not_replaced_by_one_made_up(admin):
    provider = next(one for one in CHANNELS if any(f.invented for f in one.fields))
    name = next(f.name for f in provider.fields if f.invented)
    channel = made(admin, provider, **{f"credential_{name}": "mi-palabra"})
    assert channel.secret(name) == "mi-palabra"


@pytest.mark.parametrize(("given", "kept"), [("", None), ("20", 20)])
def test_the_speed_can_be_set(admin, given, kept):
    assert made(admin, CHANNELS[0], per_second=given).per_second == kept


@pytest.mark.parametrize("given", ["0", "-3", "1001", "rápido", "1.5"])
def test_no_absurd_speed_is_taken(admin, given):
    answer = admin.post("/channels/add/meta/", typed(CHANNELS[0], per_second=given))
    assert answer.status_code == 422
    assert not Channel.objects.exists()
