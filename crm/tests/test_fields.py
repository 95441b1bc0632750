"""Money to the cent on both databases; secrets that no dump shows."""

from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum
from hypothesis import given
from hypothesis import strategies as st

from crm.catalog.models import Property
from crm.conversations.models import Channel
from crm.fields import LARGEST_AMOUNT, MoneyField

amounts = st.decimals(-LARGEST_AMOUNT, LARGEST_AMOUNT, places=2)


@given(amounts)
def test_an_amount_survives_the_way_to_the_database_and_back(amount):
    field = MoneyField()
    stored = field.get_prep_value(amount)
    assert isinstance(stored, int)
    assert field.from_db_value(stored) == amount


@pytest.mark.parametrize("bad", ["abc", "NaN", "Infinity", "1e30", object()])
def test_what_is_no_amount_is_refused(bad):
    with pytest.raises(ValidationError):
        MoneyField().to_python(bad)


@pytest.mark.django_db
def test_sums_and_comparisons_are_exact():
    for number, price in enumerate(["0.10", "0.20"]):
        Property.objects.create(code=f"P-{number}", title="P", operation="sale", price=price)
    total = Property.objects.aggregate(total=Sum("price"))["total"]
    assert total == Decimal("0.30")
    assert Property.objects.filter(price__lte=Decimal("0.10")).count() == 1
    assert Property.objects.filter(price=F("price")).count() == 2


def stored_credentials(channel):
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM conversations_channel WHERE id = %s", [channel.pk])
        return cursor.fetchone()[0]


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="W", provider="meta", credentials={"app_secret": "muy-secreto"}
    )


def test_credentials_are_ciphertext_in_the_table_and_in_a_dump(channel, capsys):
    assert "muy-secreto" not in stored_credentials(channel)
    call_command("dumpdata", "conversations.channel")
    assert "muy-secreto" not in capsys.readouterr().out
    channel.refresh_from_db()
    assert channel.secret("app_secret") == "muy-secreto"


def test_saving_twice_does_not_encrypt_twice(channel):
    for _ in range(3):
        channel = Channel.objects.get(pk=channel.pk)
        channel.save()
    assert Channel.objects.get().secret("app_secret") == "muy-secreto"


def test_keys_are_rotated(channel, settings):
    old = settings.FIELD_ENCRYPTION_KEYS[0]
    settings.FIELD_ENCRYPTION_KEYS = ["una clave nueva y larga", old]
    assert Channel.objects.get().secret("app_secret") == "muy-secreto"
    call_command("rotate_encryption")
    settings.FIELD_ENCRYPTION_KEYS = ["una clave nueva y larga"]
    assert Channel.objects.get().secret("app_secret") == "muy-secreto"


@pytest.mark.django_db
def test_second_factors_are_rotated_too(settings, django_user_model):
    user = django_user_model.objects.create_user("ada")
    factor = Authenticator.objects.create(
        user=user, type="totp", data={"secret": encrypt("SECRETO")}
    )
    settings.FIELD_ENCRYPTION_KEYS = ["una clave nueva y larga", *settings.FIELD_ENCRYPTION_KEYS]
    call_command("rotate_encryption")
    settings.FIELD_ENCRYPTION_KEYS = ["una clave nueva y larga"]
    factor.refresh_from_db()
    assert decrypt(factor.data["secret"]) == "SECRETO"


def test_a_lost_key_locks_nobody_out_and_changes_nothing(channel, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["otra clave del todo distinta"]
    assert Channel.objects.get().credentials == {"unreadable": True}
    before = stored_credentials(channel)
    with pytest.raises(CommandError, match="nothing changed"):
        call_command("rotate_encryption")
    assert stored_credentials(channel) == before
