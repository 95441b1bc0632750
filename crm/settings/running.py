"""Where and how the desk runs, and what its business is called."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from crm.addresses import OWN_NAMES, name_of
from crm.environment import Variables
from crm.home import generated_secret

env = Variables()
BASE_DIR = Path(__file__).resolve().parents[2]
VENTANILLA_HOME = Path(env("VENTANILLA_HOME", default=str(BASE_DIR / "var"))).resolve()

DEBUG = env.flag("DEBUG", default=False)
# A demo is what one gets who configured nothing: an own database is the sign of a real office.
DEMO = env.flag("DEMO", default=not os.environ.get("DATABASE_URL"))
HOST = env("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
BASE_URL = env("BASE_URL", default=f"http://{name_of(HOST)}:{PORT}").rstrip("/")
HTTPS = urlsplit(BASE_URL).scheme == "https"

SECRET_KEY = env("SECRET_KEY", default="") or generated_secret(VENTANILLA_HOME, "secret_key")
# Newest first: the first one encrypts, all of them decrypt.
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [
    generated_secret(VENTANILLA_HOME, "field_encryption_key", 32)
]

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[]) or list(
    dict.fromkeys([*OWN_NAMES, HOST, name_of(HOST), urlsplit(BASE_URL).hostname or HOST])
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Health checks come to the inner address without TLS; a redirect loses them.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"

# The largest request body taken (bytes): photos of properties, and webhooks with history.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
WEBHOOK_MAX_BYTES = 4 * 1024 * 1024
UPLOAD_MAX_BYTES = 5 * 1024 * 1024
# Files are no part of that sum: all of one request together, and where they wait meanwhile.
UPLOADS_MAX_BYTES = 100 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "crm.desk.uploads.CappedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- What the business calls itself, and its colour ------------------------------------------

BUSINESS_NAME = env("BUSINESS_NAME", default="") or "Ventanilla"
# Six hexadecimal digits, dark enough for white words on it; empty: the desk's own.
ACCENT_COLOUR = env("ACCENT_COLOUR", default="")
# For papers: a PNG, JPEG or SVG file, and a line such as the tax number and the address.
BUSINESS_LOGO = env("BUSINESS_LOGO", default="")
BUSINESS_DETAILS = env("BUSINESS_DETAILS", default="")
