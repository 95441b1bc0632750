#!/usr/bin/env python
"""Django's command line for the desk."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    read_settings()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def read_settings() -> None:
    """Ends here, in one line, where a variable of the environment cannot be read."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        _ = settings.INSTALLED_APPS
    except (ImproperlyConfigured, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
