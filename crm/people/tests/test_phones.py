import pytest

from crm.people.phones import e164, from_provider, pretty


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("987654321", "+51987654321"),
        ("987 654 321", "+51987654321"),
        ("+51 987-654-321", "+51987654321"),
        ("51987654321", "+51987654321"),
        ("0051987654321", "+51987654321"),
        ("+5215550002222", "+5215550002222"),
        ("hola", ""),
        ("", ""),
        ("12", ""),
        ("9" * 40, ""),
    ],
)
def test_numbers_as_people_write_them(raw, number):
    assert e164(raw) == number


def test_the_region_is_a_setting(settings):
    settings.PHONE_REGION = "AR"
    assert e164("11 2345-6789") == "+541123456789"


def test_a_providers_digits_are_kept_though_the_plan_is_unknown():
    assert from_provider("15550001111") == "+15550001111"
    assert from_provider("PE.1001") == ""
    assert from_provider("123") == ""


def test_numbers_for_people_to_read():
    assert pretty("+51987654321") == "+51 987 654 321"
    assert pretty("nada") == "nada"
