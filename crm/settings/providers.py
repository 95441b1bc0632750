"""What the desk asks to carry its words: the mail server, and the providers of channels."""

from crm.settings.running import env

# --- Mail ------------------------------------------------------------------------------------

_email = env.mail("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_email.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_SSL"))
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="ventanilla@localhost")

# --- Channels --------------------------------------------------------------------------------

GRAPH_API_URL = env("GRAPH_API_URL", default="https://graph.facebook.com").rstrip("/")
GRAPH_API_VERSION = env("GRAPH_API_VERSION", default="v25.0")
WHAPI_BASE_URL = env("WHAPI_BASE_URL", default="https://gate.whapi.cloud").rstrip("/")
MAYTAPI_BASE_URL = env("MAYTAPI_BASE_URL", default="https://api.maytapi.com/api").rstrip("/")
TELEGRAM_API_URL = env("TELEGRAM_API_URL", default="https://api.telegram.org").rstrip("/")
INSTAGRAM_API_URL = env("INSTAGRAM_API_URL", default="https://graph.instagram.com").rstrip("/")
PROVIDER_TIMEOUT = (5, 25)  # seconds to connect, seconds to answer
WHATSAPP = {
    "access_token": env("WHATSAPP_ACCESS_TOKEN", default=""),
    "phone_number_id": env("WHATSAPP_PHONE_NUMBER_ID", default=""),
    "business_account_id": env("WHATSAPP_BUSINESS_ACCOUNT_ID", default=""),
    "verify_token": env("WHATSAPP_VERIFY_TOKEN", default=""),
    "app_secret": env("WHATSAPP_APP_SECRET", default=""),
}
WHAPI = {
    "access_token": env("WHATSAPP_API_TOKEN", default=""),
    "webhook_secret": env("WHAPI_WEBHOOK_SECRET", default=""),
}
TELEGRAM = {
    "access_token": env("TELEGRAM_BOT_TOKEN", default=""),
    "webhook_secret": env("TELEGRAM_WEBHOOK_SECRET", default=""),
}
# Where each provider's media may lie, instead of what its module says: "meta=.fbsbx.com|a.com".
MEDIA_HOSTS = {
    provider: hosts.split("|") for provider, hosts in env.dict("MEDIA_HOSTS", default={}).items()
}
MEDIA_MAX_BYTES = env.int("MEDIA_MAX_BYTES", default=25 * 1024 * 1024)
