"""The browser that tests look with: whichever of these the machine has."""

import shutil

import pytest

# bin/test is content with any of them, and installs the first if there is none.
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def launch(started):
    """A browser of the Playwright that was `started`; the caller closes it."""
    return started.chromium.launch(executable_path=program(), args=ARGUMENTS)


def program():
    found = next(filter(None, map(shutil.which, NAMES)), "")
    return found or pytest.fail(f"needs one of {', '.join(NAMES)}")
