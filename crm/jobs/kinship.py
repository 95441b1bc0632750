"""Who dies with whom, as far as the system lets one say it (Linux; elsewhere nothing happens)."""

import ctypes
import os
import signal
import sys

_SET_PDEATHSIG = 1
_SET_CHILD_SUBREAPER = 36


def tie_children() -> None:
    """From now on let no process that is forked here, or further below, outlive its parent."""
    parent = os.getpid()

    def remember() -> None:
        nonlocal parent
        parent = os.getpid()

    def bind() -> None:
        _prctl(_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    if sys.platform == "linux":
        os.register_at_fork(before=remember, after_in_child=bind)


def adopt_orphans() -> None:
    """Become the parent of every orphan below, so that one knows when the last of them is gone."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def buried(group: int) -> bool:
    """Bury the dead of a process group that are our children; True when none of it is left."""
    try:
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value)
