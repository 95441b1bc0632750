"""Words, dates, telephone numbers, and the customs of a place."""

from crm.settings.running import BASE_DIR, env

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English")]
# In which the bot can speak: templates/chatbot/replies has a folder of each.
CHAT_LANGUAGES = ("es", "pt", "en")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["crm.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE", default="America/Lima")
PHONE_REGION = env("PHONE_REGION", default="PE")
CURRENCY = env("CURRENCY", default="PEN")
# Who comes by chat from a phone that is not the one on record: a code goes to that one, an officer
# lets them in, or ("off") document and year are enough.
PARTNER_PHONE_CHECK = env.one_of(
    "PARTNER_PHONE_CHECK", default="code", words=("code", "officer", "off")
)
# Whose public holidays nobody works on: a country, or a part of one ("BR-SP"); "": none.
HOLIDAYS = env("HOLIDAYS", default=PHONE_REGION)
# Days past due with which each ageing bucket ends, but the last one: 1–8, 9–30, 31–60, 61–90, 91+.
AGEING_BUCKETS = (8, 30, 60, 90)
