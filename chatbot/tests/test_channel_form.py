"""Every provider's form and page, by what its class says of itself and nothing else."""

import re

import pytest

from chatbot.channels.pages.manual import rendered
from chatbot.channels.registry import CHANNELS
from chatbot.tests.desk import browser, conversation, person, words
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]
every = pytest.mark.parametrize("provider", CHANNELS, ids=lambda one: one.slug)


@pytest.fixture
def admin():
    return browser(person("administrator"))


# Where not any word will do.
FITTING = {
    ("telegram", "access_token"): "70010:AAF-dato-access_token",
    ("neutral", "endpoint_url"): "https://adaptador.ejemplo.test/",
}


def typed(provider, **changes):
    """What somebody enters: everything that is asked, but no word that can be made up."""
    given = {
        f"credential_{one.name}": FITTING.get((provider.slug, one.name), f"dato-{one.name}")
        for one in provider.fields
        if not one.invented
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
    admin.get(f"/channels/{channel.pk}/")  # shows, this once, what was made up
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
def test_what_was_made_up_is_shown_once_to_whoever_added_it(provider, admin):
    answer = admin.post(f"/channels/add/{provider.slug}/", typed(provider))
    channel = Channel.objects.get()
    invented = [channel.secret(one.name) for one in provider.fields if one.invented]
    assert answer.url.endswith("#how-title") == bool(invented)
    page = f"/channels/{channel.pk}/"
    for other in (browser(person("administrator")), browser(person("manager"))):
        assert not any(word in words(other.get(page)) for word in invented)
    first = admin.get(page)
    for word in invented:
        assert f'data-copy="{word}"' in words(first)
        assert first["Cache-Control"] == "no-store"
    assert not any(word in words(admin.get(page)) for word in invented)
    for word in invented:
        assert word not in str(dict(admin.session))


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


# --- What a provider itself says against it --------------------------------------------------


def provider_of(slug):
    return next(one for one in CHANNELS if one.slug == slug)


def wrong(answer):
    assert answer.status_code == 422
    return set(answer.context["form"].errors)


@pytest.mark.parametrize("path", ["/hooks/maytapi", "/hooks/the-maytapi-webhook-of-2024"])
def test_maytapi_takes_no_older_path_that_could_be_guessed(admin, path):
    provider = provider_of("maytapi")
    answer = admin.post("/channels/add/maytapi/", typed(provider, older_path=path))
    assert wrong(answer) == {"older_path"}
    assert not Channel.objects.exists()
    kept = made(admin, provider, older_path="/hooks/3f0c9a2be1d84b7a9c55e2f0a17d6b42")
    assert wrong(admin.post(f"/channels/{kept.pk}/edit/", typed(provider, older_path=path)))
    kept.refresh_from_db()
    assert kept.older_path.endswith("6b42")


def test_others_take_a_path_that_could_be_guessed(admin):
    assert made(admin, provider_of("whapi"), older_path="/hooks/whapi").older_path


def test_a_bots_channel_knows_which_bot_it_is(admin):
    assert made(admin, provider_of("telegram")).external_id == "70010"


def test_another_bot_needs_another_channel_once_people_have_written(admin):
    provider = provider_of("telegram")
    channel = made(admin, provider)
    page = f"/channels/{channel.pk}/edit/"
    admin.post(page, typed(provider, credential_access_token="70011:AAF-otro"))
    channel.refresh_from_db()
    assert channel.external_id == "70011"  # nobody had written: it was a slip
    conversation(channel)
    other = typed(provider, credential_access_token="70012:AAF-otro")
    assert wrong(admin.post(page, other)) == {"credential_access_token"}
    channel.refresh_from_db()
    assert (channel.external_id, channel.secret("access_token")) == ("70011", "70011:AAF-otro")
    anew = typed(provider, credential_access_token="70011:AAF-de-nuevo")
    assert admin.post(page, anew).status_code == 302


def test_a_bot_of_before_is_known_by_its_token(admin):
    provider = provider_of("telegram")
    channel = Channel.objects.create(
        name="Viejo", provider="telegram", credentials={"access_token": "70010:AAF-viejo"}
    )
    conversation(channel)
    other = typed(provider, credential_access_token="70012:AAF-otro")
    answer = admin.post(f"/channels/{channel.pk}/edit/", other)
    assert wrong(answer) == {"credential_access_token"}
    admin.post(f"/channels/{channel.pk}/edit/", typed(provider))
    channel.refresh_from_db()
    assert channel.external_id == "70010"


def test_one_bot_is_one_channel(admin):
    provider = provider_of("telegram")
    made(admin, provider)
    assert wrong(admin.post("/channels/add/telegram/", typed(provider))) == {
        "credential_access_token"
    }


@pytest.mark.parametrize(
    ("slug", "field", "value"),
    [
        ("telegram", "access_token", "AAF-solo-la-mitad"),
        ("telegram", "access_token", "70010:con espacio"),
        ("telegram", "webhook_secret", "ñandú con espacios"),
        ("telegram", "webhook_secret", "x" * 257),
        ("neutral", "token", "corto"),
        ("neutral", "token", "con espacios y largo, muy largo, larguísimo"),
        ("neutral", "endpoint_url", "http://adaptador.ejemplo.test/"),
        ("neutral", "endpoint_url", "https://ana:clave@adaptador.ejemplo.test/"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(admin, slug, field, value):
    given = typed(provider_of(slug), **{f"credential_{field}": value})
    answer = admin.post(f"/channels/add/{slug}/", given)
    assert wrong(answer) == {f"credential_{field}"}
    declared = next(one for one in provider_of(slug).fields if one.name == field)
    assert (value in words(answer)) != declared.secret


def test_the_first_field_that_is_wrong_has_the_cursor(admin):
    neutral = provider_of("neutral")
    wrong = {"credential_media_hosts": "https://mal/", "older_path": "/admin/"}
    page = words(admin.post("/channels/add/neutral/", typed(neutral, **wrong)))
    [focused] = re.findall(r"<input[^>]*\bautofocus\b[^>]*>", page)
    assert 'name="credential_media_hosts"' in focused


@pytest.mark.parametrize(
    ("entered", "is_taken"),
    [
        ("files.example.com, .example.org", True),
        ("https://files.example.com:8443", True),
        ("http://127.0.0.1:8443", True),
        ("http://files.example.com", False),
        (" , ", True),
        ("https://files.example.com/", False),
        ("files.example.com/x", False),
        ("a.example b.example", False),
    ],
)
def test_hosts_of_files_are_hosts(admin, entered, is_taken):
    neutral = provider_of("neutral")
    data = typed(neutral, credential_media_hosts=entered)
    answer = admin.post("/channels/add/neutral/", data)
    assert answer.status_code == (302 if is_taken else 422)


def test_a_word_that_was_refused_is_not_kept_for_the_next_try(admin):
    given = typed(provider_of("neutral"), name="", credential_token="corto")
    rejected = admin.post("/channels/add/neutral/", given)
    assert wrong(rejected) == {"name", "credential_token"}
    sealed = re.search(r'name="sealed" value="([^"]*)"', words(rejected))
    again = typed(provider_of("neutral"), sealed=sealed.group(1) if sealed else "")
    assert admin.post("/channels/add/neutral/", again).status_code == 302
    assert len(Channel.objects.get().secret("token")) > 40  # one was made up after all


def test_two_adapters_cannot_share_a_token(admin):
    provider = provider_of("neutral")
    token = "una-palabra-larga-y-al-azar-0123456789"
    first = made(admin, provider, credential_token=token)
    second = admin.post("/channels/add/neutral/", typed(provider, credential_token=token))
    assert wrong(second) == {"credential_token"}
    again = typed(provider, credential_token=token)
    assert admin.post(f"/channels/{first.pk}/edit/", again).status_code == 302


def test_what_stands_already_is_not_asked_for_anew(admin):
    old = {"access_token": "viejo-y-raro", "webhook_secret": "con espacios"}
    channel = Channel.objects.create(name="Viejo", provider="telegram", credentials=old)
    given = {"name": "Nuevo", "mode": "live", "is_active": "on"}
    assert admin.post(f"/channels/{channel.pk}/edit/", given).status_code == 302


# --- The page for whoever writes an adapter --------------------------------------------------


def test_the_neutral_door_is_explained_on_a_page(admin):
    channel = made(admin, provider_of("neutral"))
    link = "/channels/guide/neutral/"
    assert link in words(admin.get(f"/channels/{channel.pk}/"))
    page = words(admin.get(link))
    for part in (
        "<h1",
        '<a href="#what-you-post">',
        'id="what-you-post"',
        "<td>Who wrote: a telephone number",
        "&quot;sender&quot;: &quot;+51911000001&quot;",
        "ThreadingHTTPServer",
    ):
        assert part in page
    article = page.partition('class="guide"')[2].partition("</article>")[0]
    prose = re.sub(r"<pre.*?</pre>", "", article, flags=re.S)
    assert not re.search(r"`|\*\*|\]\(|^\|", prose, flags=re.M)


def test_html_in_such_a_page_is_shown_and_not_obeyed():
    text = rendered("<script>alert(1)</script>\n\nSay <b>no</b>")
    assert "<script" not in text and "<b>" not in text and "&lt;b&gt;" in text


def test_a_new_simulator_has_its_templates(admin):
    assert made(admin, provider_of("simulator")).templates.exists()


@pytest.mark.parametrize("slug", ["meta", "simulator", "pigeon", "etc"])
def test_no_other_provider_has_one(admin, slug):
    assert admin.get(f"/channels/guide/{slug}/").status_code == 404


def test_the_page_is_for_those_who_see_channels():
    assert browser().get("/channels/guide/neutral/").status_code == 302
    assert browser(person("agent")).get("/channels/guide/neutral/").status_code == 403
    assert browser(person("manager")).get("/channels/guide/neutral/").status_code == 200
