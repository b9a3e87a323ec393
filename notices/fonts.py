"""Which font file serves which purpose.

The faces live in ``settings.FONT_DIR``. An office that owns 方正 or GB2312 faces puts them there as ``fang.ttf``,
``title.ttf`` and so on (:data:`FACES`); otherwise the Fandol faces (Debian's texlive-lang-chinese) serve. With no
file at all nothing is drawn, unless ``settings.FONT_FALLBACK_ALLOWED``: then Noto Serif CJK SC of the system serves.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

#: The system face that holds the characters the others lack (镕, 䶮: 1,467 of the 8,105 standard ones).
FALLBACK_FAMILY = "Noto Serif CJK SC"


@dataclass(frozen=True)
class Face:
    """One purpose: the family name the style sheet uses and the files that may serve it, best first."""

    role: str
    family: str
    fandol: str

    @property
    def office_names(self) -> tuple[str, ...]:
        """The office's own file, as ``fang.ttf`` or ``fang.otf``."""
        return (f"{self.role}.ttf", f"{self.role}.otf")

    @property
    def prepared_name(self) -> str:
        return f"prepared/{self.role}.ttf"


FACES = (
    Face("fang", "Xinxiu Fang", "FandolFang-Regular.otf"),
    Face("title", "Xinxiu Title", "FandolSong-Bold.otf"),
    Face("kai", "Xinxiu Kai", "FandolKai-Regular.otf"),
    Face("hei", "Xinxiu Hei", "FandolHei-Regular.otf"),
    Face("song", "Xinxiu Song", "FandolSong-Regular.otf"),
)


def source_of(face: Face) -> Path | None:
    """Return the unprepared file for a face: the office's own, else Fandol's, else ``None``."""
    folder = Path(settings.FONT_DIR)
    return next((folder / name for name in (*face.office_names, face.fandol) if (folder / name).is_file()), None)


def file_of(face: Face) -> Path | None:
    """Return the file to draw with: the prepared one, else the unprepared one, else ``None`` (use the fallback)."""
    prepared = Path(settings.FONT_DIR) / face.prepared_name
    return prepared if prepared.is_file() else source_of(face)


def missing() -> list[Face]:
    """Return the faces that have no file and may not be replaced; empty: notices can be set as they should be."""
    return [] if settings.FONT_FALLBACK_ALLOWED else [face for face in FACES if file_of(face) is None]


def stack(family: str) -> str:
    """Return the CSS font stack of a family: always explicit, always ending in the Simplified Chinese fallback."""
    return f'"{family}", "{FALLBACK_FAMILY}"'
