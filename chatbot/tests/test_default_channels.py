"""The default channels, as the environment has them."""

import pytest

from chatbot.channels.environment import find_channel, sync_default_channel
from chatbot.models import InboundEvent
from crm.conversations.identities import meet
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]

NOBODY = {
    "access_token": "",
    "phone_number_id": "",
    "business_account_id": "",
    "verify_token": "",
    "app_secret": "",
}
META = NOBODY | {"access_token": "meta-1", "phone_number_id": "100200"}
WHAPI = {"access_token": "whapi-1", "webhook_secret": "w-secret"}
TELEGRAM = {"access_token": "4711:AAfictitious", "webhook_secret": "t-secret"}
NONE = {"access_token": "", "webhook_secret": ""}


@pytest.fixture
def given(settings):
    """given(whapi=…) -> what `prepare` makes of it: family -> channel."""

    def sync(meta=NOBODY, whapi=NONE, telegram=NONE):
        settings.WHATSAPP, settings.WHAPI, settings.TELEGRAM = meta, whapi, telegram
        sync_default_channel()
        return {one.default_for: one for one in Channel.objects.exclude(default_for=None)}

    return sync


def talk(channel):
    return meet(channel=channel, addresses=[("wa_id", "51911000001")], name="Ana", phone="")


def test_with_nothing_set_there_is_metas_on_a_dry_run_and_no_other(given):
    made = given()
    assert list(made) == ["whatsapp"]
    assert (made["whatsapp"].provider, made["whatsapp"].mode) == ("meta", "dry_run")
    assert given() == made


def test_metas(given):
    made = given(meta=META)["whatsapp"]
    assert (made.provider, made.mode, made.external_id) == ("meta", "live", "100200")
    assert made.credentials == {"access_token": "meta-1"}


def test_whapis(given):
    made = given(whapi=WHAPI)["whatsapp"]
    assert (made.provider, made.mode) == ("whapi", "live")
    assert made.credentials == WHAPI


def test_metas_goes_before_whapis(given):
    assert given(meta=META, whapi=WHAPI)["whatsapp"].provider == "meta"
    assert Channel.objects.count() == 1


def test_telegrams_stands_beside_either(given):
    made = given(telegram=TELEGRAM)
    assert (made["telegram"].provider, made["telegram"].mode) == ("telegram", "live")
    assert (made["telegram"].credentials, made["telegram"].external_id) == (TELEGRAM, "4711")
    assert made["whatsapp"].provider == "meta"
    assert sync_default_channel() == made["whatsapp"]


@pytest.mark.parametrize(
    ("name", "account"), [("telegram", TELEGRAM), ("whapi", WHAPI)], ids=["telegram", "whapi"]
)
def test_a_secret_nobody_gave_is_thought_up_once(given, name, account):
    family = "telegram" if name == "telegram" else "whatsapp"
    bare = {**account, "webhook_secret": ""}
    first = given(**{name: bare})[family].secret("webhook_secret")
    assert len(first) > 30
    assert given(**{name: bare})[family].secret("webhook_secret") == first
    assert given(**{name: account})[family].secret("webhook_secret") == account["webhook_secret"]


def test_what_is_repeated_changes_nothing(given, django_assert_max_num_queries):
    given(meta=META, telegram=TELEGRAM)
    with django_assert_max_num_queries(2):
        sync_default_channel()


@pytest.mark.parametrize(
    ("name", "account", "family"),
    [("meta", META, "whatsapp"), ("whapi", WHAPI, "whatsapp"), ("telegram", TELEGRAM, "telegram")],
    ids=["meta", "whapi", "telegram"],
)
def test_a_new_token_is_taken_over_and_does_not_undo_a_dry_run(given, name, account, family):
    given(**{name: account})
    Channel.objects.update(mode="dry_run")
    token = "4711:AAnew"
    made = given(**{name: {**account, "access_token": token}})[family]
    assert (made.mode, made.secret("access_token")) == ("dry_run", token)
    assert Channel.objects.filter(provider=made.provider).count() == 1


def test_what_the_environment_leaves_unset_stays_as_it_was_entered(given):
    given(meta=META)
    Channel.objects.update(credentials={"access_token": "x", "app_secret": "entered"})
    made = given(meta=META)["whatsapp"]
    assert made.credentials == {"access_token": "meta-1", "app_secret": "entered"}


# --- One provider after another --------------------------------------------------------------


def test_a_default_nobody_used_becomes_the_other_providers(given):
    before = given()["whatsapp"]
    after = given(whapi=WHAPI)["whatsapp"]
    assert (after.pk, after.provider, after.mode) == (before.pk, "whapi", "live")
    assert Channel.objects.count() == 1


def test_a_default_with_conversations_stays_what_it_is(given):
    before = given(meta=META)["whatsapp"]
    talk(before)
    after = given(whapi=WHAPI)["whatsapp"]
    assert (after.provider, after.mode, after.credentials) == ("whapi", "live", WHAPI)
    before.refresh_from_db()
    assert (before.provider, before.default_for, before.external_id) == ("meta", None, "100200")
    assert before.credentials == {"access_token": "meta-1"}
    assert before.conversations.count() == 1


@pytest.mark.parametrize("used", ["conversation", "event", "credentials"])
def test_any_use_counts(given, used):
    before = given()["whatsapp"]
    if used == "conversation":
        talk(before)
    elif used == "event":
        InboundEvent.objects.create(channel=before, key="x", lane="n", kind="notice", payload="{}")
    else:
        Channel.objects.update(credentials={"app_secret": "entered"})
    assert given(whapi=WHAPI)["whatsapp"].pk != before.pk
    assert Channel.objects.count() == 2


def test_back_again_is_the_channel_of_before(given):
    first = given(meta=META)["whatsapp"]
    talk(first)
    given(whapi=WHAPI)
    assert given(meta=META)["whatsapp"] == first
    assert Channel.objects.count() == 2


def test_a_default_of_an_administrators_choice_stays_where_the_environment_says_nothing(given):
    chosen = Channel.objects.create(name="M", provider="maytapi", default_for="whatsapp")
    made = given()["whatsapp"]
    assert (made.pk, made.provider, made.credentials) == (chosen.pk, "maytapi", {})


def test_a_channel_an_administrator_made_for_the_same_account_is_it(given):
    own = Channel.objects.create(
        name="Mi bot", provider="telegram", credentials={"access_token": TELEGRAM["access_token"]}
    )
    made = given(telegram=TELEGRAM)["telegram"]
    assert (made.pk, made.name, made.secret("webhook_secret")) == (own.pk, "Mi bot", "t-secret")


def test_another_bot_is_another_channel(given):
    """Its messages have numbers that the first one's had."""
    first = given(telegram=TELEGRAM)["telegram"]
    talk(first)
    second = given(telegram={**TELEGRAM, "access_token": "4712:AAother"})["telegram"]
    assert (second.pk != first.pk, second.external_id) == (True, "4712")
    assert given(telegram=TELEGRAM)["telegram"] == first


def test_a_token_that_is_none_is_kept_for_who_looks(given):
    made = given(telegram={**TELEGRAM, "access_token": "x"})["telegram"]
    assert (made.secret("access_token"), made.external_id) == ("x", "")


# --- Finding one -----------------------------------------------------------------------------


def test_a_channel_is_found_by_its_id_or_as_the_default_or_as_the_only_one(given):
    made = given(telegram=TELEGRAM)["telegram"]
    other = Channel.objects.create(name="Otro", provider="telegram")
    assert find_channel("telegram") == made
    assert find_channel("telegram", str(other.uuid)) == other
    lonely = Channel.objects.create(name="I", provider="instagram")
    assert find_channel("instagram") == lonely


@pytest.mark.parametrize("uuid", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_what_cannot_be_found_is_said(given, uuid):
    given()
    with pytest.raises(LookupError):
        find_channel("telegram", uuid)
