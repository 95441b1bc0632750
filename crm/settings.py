"""Settings, all from the environment; what is unset is the embedded default.

The table in README.md says what each variable means; `manage.py check` says what is wrong.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from whitenoise.compress import Compressor

from crm.addresses import OWN_NAMES, name_of
from crm.environment import Variables
from crm.home import generated_secret

env = Variables()
BASE_DIR = Path(__file__).resolve().parent.parent
VENTANILLA_HOME = Path(env("VENTANILLA_HOME", default=str(BASE_DIR / "var"))).resolve()

# --- Where and how it runs -------------------------------------------------------------------

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

# --- What the business calls itself, and its colour -------------------------------------------

BUSINESS_NAME = env("BUSINESS_NAME", default="") or "Ventanilla"
# Six hexadecimal digits, dark enough for white words on it; empty: the desk's own.
ACCENT_COLOUR = env("ACCENT_COLOUR", default="")
# For papers: a PNG, JPEG or SVG file, and a line such as the tax number and the address.
BUSINESS_LOGO = env("BUSINESS_LOGO", default="")
BUSINESS_DETAILS = env("BUSINESS_DETAILS", default="")

# --- What is installed -----------------------------------------------------------------------

INSTALLED_APPS = [
    "crm.people",
    "crm.audit",
    "crm.conversations",
    "crm.catalog",
    "crm.desk",
    "crm.jobs",
    "crm.imports",
    "leads",
    "partners",
    "tickets",
    "chatbot",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "django_q",
    "django_tables2",
    "template_partials",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "chatbot.middleware.OlderPathMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "crm.desk.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.desk.middleware.DemoMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.desk.middleware.ToastMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.desk.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": env.database("DATABASE_URL", default=f"sqlite:///{VENTANILLA_HOME / 'db.sqlite3'}")
}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = 600
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        # A writer waits for its turn at BEGIN rather than failing in the middle, and what was
        # answered 200 has reached the disk.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    _database["TEST"] = {"NAME": str(VENTANILLA_HOME / "test.sqlite3")}
else:
    # A connection that died with the server is found before it costs a request.
    _database["CONN_HEALTH_CHECKS"] = True
    # A machine that died says nothing: an answer is waited for so long as the machine gives signs
    # of life. Seconds, but the last, which is about what was sent and is not acknowledged.
    _database["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        **_database.get("OPTIONS", {}),
    }

REDIS_URL = env("REDIS_URL", default="")
CACHES: dict[str, dict[str, object]] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "ventanilla",
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

MEDIA_ROOT = VENTANILLA_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
STATIC_URL = "/static/"
STATIC_ROOT = VENTANILLA_HOME / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("tabler", BASE_DIR / "node_modules/@tabler/core/dist"),
]
# Pages name files by their hash; source maps are for a developer's eyes, and slow to compress.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", *Compressor.SKIP_COMPRESS_EXTENSIONS)
# One file of each icon is read by the {% icon %} tag; the folder itself is not served.
ICONS_DIR = BASE_DIR / "node_modules/@tabler/icons/icons"

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["crm.people.backends.DeskBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# What each role may do; after every migrate its group holds at least this (crm/people/roles.py).
_EVERYBODY = ["catalog.view_property", "people.view_contact"]
_SALES = [
    *_EVERYBODY,
    "leads.view_lead",
    "leads.add_lead",
    "leads.change_lead",
    "people.view_followup",
    "people.change_followup",
    "people.add_note",
    "people.change_contact",
    "conversations.view_conversation",
    "conversations.change_conversation",
]
_PROPERTIES = ["catalog.add_property", "catalog.change_property"]
_LENDING = [
    "people.change_contact",
    "conversations.view_private",
    "chatbot.approve_login",
    "partners.know_partner",
    *(
        f"partners.{verb}_{model}"
        for model in ("partner", "loan")
        for verb in ("view", "add", "change")
    ),
    "partners.view_loanproduct",
    "partners.view_payment",
    "partners.add_payment",
    "partners.reverse_payment",
    "partners.add_charge",
    "partners.view_receipt",
    "partners.add_receipt",
    "partners.review_receipt",
    "partners.view_paymentoption",
    "audit.view_auditentry",
]
_TICKETS = ["tickets.view_ticket", "tickets.add_ticket", "tickets.change_ticket"]
_MANAGING = [
    *_SALES,
    *_PROPERTIES,
    "leads.assign_lead",
    "conversations.view_channel",
    *_LENDING,
    *(
        f"partners.{verb}_{model}"
        for model in ("loanproduct", "paymentoption")
        for verb in ("add", "change")
    ),
    *_TICKETS,
    "tickets.assign_ticket",
    *(
        f"tickets.{verb}_{model}"
        for model in ("cannedreply", "slapolicy")
        for verb in ("view", "add", "change", "delete")
    ),
]
ROLE_PERMISSIONS: dict[str, list[str]] = {
    "agent": [*_SALES, "partners.know_partner", *_TICKETS, "tickets.view_cannedreply"],
    "marketer": [*_EVERYBODY, *_PROPERTIES],
    "officer": [
        *_EVERYBODY,
        "conversations.view_conversation",
        "conversations.change_conversation",
        *_LENDING,
        "people.view_document",
        *_TICKETS,
        "tickets.assign_ticket",
        "tickets.view_cannedreply",
    ],
    "manager": _MANAGING,
    "administrator": [
        *_MANAGING,
        "conversations.add_channel",
        "conversations.change_channel",
        "conversations.use_simulator",
        "chatbot.change_example",
        "chatbot.change_replywording",
        "chatbot.view_inboundevent",
        "chatbot.view_deliveryattempt",
        "jobs.change_jobsetting",
        "people.change_openinghours",
        *(
            f"people.{verb}_{model}"
            for model in ("agency", "tag", "team", "user")
            for verb in ("view", "add", "change")
        ),
    ],
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:dashboard"
ACCOUNT_ADAPTER = "crm.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
# How many reverse proxies of ours stand before it; uncounted, all people share one rate limit.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = BUSINESS_NAME
MFA_TOTP_TOLERANCE = 1  # half minutes a telephone may be slow or fast
MFA_ADAPTER = "crm.people.adapter.SecondFactorAdapter"

# --- Words, dates, telephone numbers ---------------------------------------------------------

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

# --- Work in the background ------------------------------------------------------------------

JOB_TIMEOUT = 600
Q_CLUSTER: dict[str, object] = {
    "name": "ventanilla",
    "workers": env.int("JOB_WORKERS", default=2),
    "bulk": 1,
    "timeout": JOB_TIMEOUT,
    "retry": JOB_TIMEOUT + 120,
    "max_attempts": 5,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "poll": 1,
    "guard_cycle": 1,
    "label": "Trabajos",
    # A cluster keeps one job in hand, so that another machine may take the next.
    "queue_limit": 1,
    # Kilobytes after which a worker makes room for a fresh one: libraries are never given back.
    "max_rss": 300_000,
    **(
        {"redis": REDIS_URL, "broker_class": "crm.jobs.broker.RedisBroker"}
        if REDIS_URL
        else {"orm": "default", "broker_class": "crm.jobs.broker.DatabaseBroker"}
    ),
}
# Seconds: between two beats of a cluster, without one before it is taken for dead, and given to
# it to finish what is at hand when everything stops (bin/keep waits for ten).
JOBS_BEAT = env.float("JOBS_BEAT", default=15)
JOBS_DEAD_AFTER = env.float("JOBS_DEAD_AFTER", default=60)
JOBS_STOP_GRACE = env.float("JOBS_STOP_GRACE", default=6)
# What runs by the clock: dotted paths to the JOBS of each room.
SCHEDULES = [
    "crm.jobs.jobs.JOBS",
    "crm.imports.jobs.JOBS",
    "chatbot.jobs.JOBS",
    "partners.jobs.JOBS",
    "tickets.jobs.JOBS",
]
# The resident worker: how often it looks (seconds), how much it takes at once.
WORK_POLL = 0.05
WORK_BATCH = 10
OUTBOX_THREADS = env.int("OUTBOX_THREADS", default=32)
# Of every second of writing to SQLite the worker leaves this multiple to the webhooks.
WORK_SQLITE_REST = env.float("WORK_SQLITE_REST", default=1.0)

# --- Providers -------------------------------------------------------------------------------

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

# --- What the rooms hang into the desk (dotted paths; a system check imports each) -----------

MENU = [
    "crm.desk.menu.ENTRIES",
    "leads.menu.ENTRIES",
    "partners.menu.ENTRIES",
    "partners.review.menu.ENTRIES",
    "tickets.pages.menu.ENTRIES",
    "chatbot.menu.ENTRIES",
]
NEW_MENU = [
    "crm.desk.menu.NEW",
    "leads.menu.NEW",
    "partners.menu.NEW",
    "partners.imports.menu.NEW",
    "tickets.pages.menu.NEW",
]
# Beside the search box, and on the page of everything that is set up once.
TOOLS_MENU = ["chatbot.menu.TOOLS"]
SETTINGS_PAGES = [
    "crm.desk.menu.SETTINGS",
    "crm.people.menu.SETTINGS",
    "chatbot.menu.SETTINGS",
    "partners.menu.SETTINGS",
    "tickets.pages.menu.SETTINGS",
]
SEARCH_SOURCES = [
    "leads.search.search_leads",
    "partners.search.search_partners",
    "crm.people.search.search_contacts",
    "crm.catalog.search.search_properties",
    "tickets.pages.search.search_tickets",
]
DASHBOARD_CARDS = [
    "chatbot.channels.pages.dashboard.cards",
    "leads.dashboard.cards",
    "partners.review.dashboard.cards",
    "tickets.pages.dashboard.cards",
    "chatbot.dialog.login.dashboard.cards",
    "chatbot.inbox.dashboard.cards",
]
FIRST_STEPS = [
    "chatbot.steps.steps",
    "crm.catalog.steps.steps",
    "crm.desk.steps.steps",
    "chatbot.demo.steps.steps",
]
PULSES = [
    "leads.pulse.pulse",
    "chatbot.inbox.pulse.pulse",
    "partners.portfolio.pulse.pulse",
    "partners.review.pulse.pulse",
    "tickets.pulse.pulse",
]
READINESS = [
    "crm.desk.health.database",
    "chatbot.readiness.queue_age",
    "chatbot.readiness.channels",
    "crm.jobs.heartbeat.probe",
]
# What can be brought in from CSV and XLSX: classes, each a crm.imports.contract.Importer.
IMPORTERS = [
    "partners.imports.people.PartnerImporter",
    "partners.imports.loans.LoanImporter",
    "partners.imports.payments.PaymentImporter",
]
# What the desk says by itself, for which a template can stand in: lists of (slug, label).
TEMPLATE_PURPOSES = ["chatbot.purposes.PURPOSES"]
# What a channel's provider allows: slug -> crm.conversations.rules.Rules.
CHANNEL_RULES = "chatbot.channels.registry.rules_of"
# The words of a reply, the office's own if it has some: (conversation, name, values, language
# if not that of whose conversation it is) -> text.
REPLY_WORDS = "chatbot.dialog.replies.words_for"
# Whether a partner has proved who they are in a conversation: (conversation, partner) -> bool.
PARTNER_SPEAKS = "chatbot.dialog.speakers.is_partner_speaking"
# Done by every `manage.py prepare`, in this order: functions without arguments, safe to repeat.
SETUP_STEPS = [
    "chatbot.channels.environment.sync_default_channel",
    "crm.jobs.schedules.synchronise",
]

# --- Safety of pages -------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "crm.logs.RedactingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {"without_traceback": {"()": "crm.logs.WithoutTraceback"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Somebody called the desk by a name that is not in ALLOWED_HOSTS.
        "django.security.DisallowedHost": {"filters": ["without_traceback"]},
        "django-q": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # heyoo writes telephone numbers at INFO to the root logger; urllib3 whole URLs at DEBUG.
        "urllib3": {"level": "WARNING"},
        "heyoo": {"level": "ERROR"},
    },
}
