"""The folder of what this installation keeps for itself: database, media, generated keys."""

import os
import secrets
from pathlib import Path


def generated_secret(home: Path, name: str, length: int = 50) -> str:
    """Read a secret from `home`, making it on first use, readable by its owner only.

    Two processes that start at the same moment agree: the file is linked into place whole,
    and whoever comes second reads what the first one wrote.
    """
    path = home / name
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = home / f".{name}.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(length))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
