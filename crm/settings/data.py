"""Where data are kept: database, cache, files."""

from whitenoise.compress import Compressor

from crm.settings.running import BASE_DIR, DEBUG, VENTANILLA_HOME, env

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
