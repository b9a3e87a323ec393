"""What the drawing uses besides the text: style sheet and fonts, loaded once in each process.

Nothing else can be fetched: no file, no network, no redirect, whatever a case's text may contain.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.template.loader import render_to_string
from weasyprint import CSS
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from notices import fonts

#: Our own scheme: ``xinxiu-asset:fang`` is the file of the face ``fang``. Nothing else resolves.
SCHEME = "xinxiu-asset"
BASE_URL = f"{SCHEME}:document"


class RefusedAddress(FatalURLFetchingError):
    """A document asked for something that is not one of our own assets."""


class AssetFetcher(URLFetcher):
    """Serves the font files of this house, by name, and refuses every other address."""

    def __init__(self, files: dict[str, Path]):
        super().__init__(allowed_protocols=(SCHEME,), allow_redirects=False, fail_on_errors=True)
        self._files = {f"{SCHEME}:{name}": path for name, path in files.items()}

    def fetch(self, url, headers=None):
        """Return the asset. Raises :class:`RefusedAddress` for anything else."""
        if url not in self._files:
            raise RefusedAddress(f"not an asset: {url[:200]}")
        return URLFetcherResponse(url, self._files[url].read_bytes(), {"Content-Type": "font/otf"})


@dataclass(frozen=True)
class House:
    """The things every document of one process shares."""

    pid: int
    fetcher: AssetFetcher
    fonts: FontConfiguration
    css: CSS


_house: House | None = None


def for_this_process() -> House:
    """Return the shared fonts and style sheet, loading them at first use (again in a forked child)."""
    global _house
    if _house is None or _house.pid != os.getpid():
        files = {face.role: path for face in fonts.FACES if (path := fonts.file_of(face))}
        fetcher = AssetFetcher(files)
        configuration = FontConfiguration()
        sheet = render_to_string(
            "notices/pdf/notice.css",
            {
                "faces": [(face.family, f"{SCHEME}:{face.role}") for face in fonts.FACES if face.role in files],
                "stacks": {face.role: fonts.stack(face.family) for face in fonts.FACES},
            },
        )
        css = CSS(string=sheet, base_url=BASE_URL, url_fetcher=fetcher, font_config=configuration)
        _house = House(os.getpid(), fetcher, configuration, css)
    return _house


def forget() -> None:
    """Load fonts and style sheet again next time: this time something about them was wrong."""
    global _house
    _house = None
