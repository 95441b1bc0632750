"""Safety of pages, and what is logged."""

from crm.settings.running import env

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
