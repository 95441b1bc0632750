"""Collects the static files again only when they have changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

# These say which packages the files outside of our own folder come from.
LOCKS = ("requirements.txt", "package-lock.json")
# What npm's packages bring beside what a page may use: other builds, other ways to load them,
# and files that refer to files which are not there.
UNUSED = (
    "cjs", "esm", "flags", "libs", "payments", "scss", "social", "types", "*.d.ts", "*.esm.*",
    "*.rtl.*", "tabler-flags*", "tabler-marketing*", "tabler-payments*", "tabler-socials*",
    "tabler.css*", "tabler.js*",
)  # fmt: skip


def collect_static() -> bool:
    """Collect into STATIC_ROOT what its last collection was not made of; whether it was needed."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.collected")
    wanted = _fingerprint()
    if root.is_dir() and stamp.exists() and stamp.read_text() == wanted:
        return False
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=[*UNUSED])
    stamp.write_text(wanted)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for part in _inputs():
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def _inputs() -> Iterator[bytes]:
    base = Path(settings.BASE_DIR)
    for name in LOCKS:
        yield (base / name).read_bytes()
    for name in ("INSTALLED_APPS", "STATICFILES_DIRS", "STATIC_URL", "STORAGES"):
        yield repr(getattr(settings, name)).encode()
    yield repr(UNUSED).encode()
    # The packages' folders are as their locks say; ours are what somebody may have edited.
    for path in sorted((base / "static").rglob("*")):
        if path.is_file():
            yield str(path.relative_to(base)).encode()
            yield path.read_bytes()
