"""Settings, all from the environment; what is unset is the embedded default.

The table in README.md says what each variable means; `manage.py check` says what is wrong.
"""

from crm.settings.background import *  # noqa: F403
from crm.settings.data import *  # noqa: F403
from crm.settings.installed import *  # noqa: F403
from crm.settings.people import *  # noqa: F403
from crm.settings.providers import *  # noqa: F403
from crm.settings.roles import *  # noqa: F403
from crm.settings.rooms import *  # noqa: F403
from crm.settings.running import *  # noqa: F403
from crm.settings.safety import *  # noqa: F403
from crm.settings.words import *  # noqa: F403
