"""Model fields every room may use: money in minor units, secrets encrypted at rest."""

import base64
import hashlib
import json
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[Any, Any]
    _Text = models.TextField[dict[str, Any], dict[str, Any]]
else:
    _BigInteger, _Text = models.BigIntegerField, models.TextField

CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal("999999999999.99")
LARGEST_SUM = Decimal("90000000000000000.00")  # what the column holds


class MoneyField(_BigInteger):
    """An amount with two decimals: `Decimal` in Python, integer minor units in the database.

    SQLite compares and adds DECIMAL columns as floating point; integers are exact on both
    databases. The currency code stands in a column of its own beside it.
    """

    description = _("Amount of money")
    largest = LARGEST_AMOUNT

    if TYPE_CHECKING:
        _validators: list[Any]
        _pyi_private_set_type: Decimal | int | Combinable  # type: ignore[assignment]
        _pyi_private_get_type: Decimal  # type: ignore[assignment]

    @property
    def validators(self) -> list[Any]:
        return [
            *self._validators,
            MinValueValidator(-self.largest),
            MaxValueValidator(self.largest),
        ]

    def from_db_value(self, value: int | None, *args: object) -> Decimal | None:
        return None if value is None else Decimal(value) * CENT

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
            if not amount.is_finite() or abs(amount) > self.largest:
                raise ValueError
        except (ArithmeticError, ValueError) as error:
            raise ValidationError(_("Enter an amount."), code="invalid") from error
        return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)

    def get_prep_value(self, value: Any) -> int | None:
        amount = self.to_python(value)
        return None if amount is None else int(amount.scaleb(2))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        return value if prepared else self.get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        options: dict[str, Any] = {
            "form_class": forms.DecimalField,
            "max_digits": 14,
            "decimal_places": 2,
        }
        return models.Field.formfield(self, **(options | kwargs))


class MoneySumField(MoneyField):
    """What amounts of many rows come to: each may be as large as a MoneyField holds."""

    largest = LARGEST_SUM


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key_bytes(key)) for key in keys])


def _key_bytes(key: str) -> bytes:
    """A Fernet key as it is; any other long secret, hashed into one."""
    try:
        if len(base64.urlsafe_b64decode(key)) == 32:
            return key.encode()
    except ValueError:
        pass
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())


def fernet() -> MultiFernet:
    """The ciphers of `FIELD_ENCRYPTION_KEYS`: the first encrypts, all decrypt."""
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


class EncryptedJSONField(_Text):
    """A small dict of secrets. The column holds only ciphertext; Python sees only the dict.

    A row that no configured key can read comes back as an empty dict with the key
    `unreadable`, so that the page that could mend it still opens.
    """

    description = _("Encrypted data")

    def from_db_value(self, value: str | None, *args: object) -> dict[str, Any]:
        if not value:
            return {}
        try:
            return dict(json.loads(fernet().decrypt(value.encode())))
        except InvalidToken:
            return {"unreadable": True}

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, dict) else json.loads(value or "{}")

    def get_prep_value(self, value: Any) -> str:
        plain = json.dumps(value or {}, sort_keys=True).encode()
        return fernet().encrypt(plain).decode()

    def value_to_string(self, obj: models.Model) -> str:
        # What dumpdata writes must not be the plain secret.
        return self.get_prep_value(self.value_from_object(obj))
