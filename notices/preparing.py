"""Preparing the faces once: smaller files, one set of metrics, names of their own.

A prepared face keeps GB2312 and Latin, has quadratic outlines (CFF ones make larger PDFs) and the vertical
metrics of the fallback face, so that a line with a rare character is as high as its neighbours. It takes half a
minute a face and is therefore done in the set-up and kept; without it the unprepared files serve.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

from notices.fonts import FACES, Face, source_of

#: Change it when the preparation changes: every face is then prepared again.
RECIPE = "1"
#: Units per em of what we write, and the vertical metrics of Noto Serif CJK SC at that scale.
EM, ASCENT, DESCENT = 1000, 1151, -286
#: How far a quadratic outline may leave the cubic one, in units.
MAX_ERROR = 1.0
#: Fields of ``maxp`` that the font writer works out or that are nought without hinting.
_MAXIMA = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)


@dataclass(frozen=True)
class Prepared:
    """What became of one face: ``prepared``, ``kept`` (already done) or ``missing`` (no source file)."""

    face: Face
    outcome: str
    path: Path | None


def prepare_all(*, force: bool = False) -> list[Prepared]:
    """Prepare every face that has a source file and is not prepared yet; return what became of each."""
    return [prepare(face, force=force) for face in FACES]


def prepare(face: Face, *, force: bool = False) -> Prepared:
    """Prepare one face. The file appears whole or not at all; doing it again is a matter of one digest."""
    source = source_of(face)
    if source is None:
        return Prepared(face, "missing", None)
    target = Path(settings.FONT_DIR) / face.prepared_name
    stamp = f"xinxiu {RECIPE} {hashlib.sha256(source.read_bytes()).hexdigest()}"
    if not force and target.is_file() and _stamp_of(target) == stamp:
        return Prepared(face, "kept", target)
    font = _convert(source, face, stamp)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        font.save(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return Prepared(face, "prepared", target)


def wanted_characters() -> set[int]:
    """Return the code points a prepared face keeps: GB2312, Latin and the punctuation of official documents."""
    kept = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x2010, 0x2027)) | set(range(0xFF01, 0xFF5F))
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            kept.update(map(ord, bytes((high, low)).decode("gb2312", "ignore")))
    return kept | set(map(ord, "〇〔〕【】《》—…·①②③④⑤⑥⑦⑧⑨⑩￥"))


def _convert(source: Path, face: Face, stamp: str) -> TTFont:
    # Dates of the font file itself must not depend on when it was prepared.
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, drop_tables=["+BASE", "+VORG"])
    options.drop_tables += ["vhea", "vmtx", "GPOS", "GSUB", "DSIG", "kern"]
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters())
    subsetter.subset(font)
    if "CFF " in font:
        _to_quadratic(font)
    _set_metrics(font)
    _set_names(font, face, stamp)
    return font


def _to_quadratic(font: TTFont) -> None:
    """Replace the cubic (CFF) outlines by quadratic (TrueType) ones."""
    order = font.getGlyphOrder()
    glyphs = font.getGlyphSet()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR * font["head"].unitsPerEm / EM, reverse_direction=True))
        drawn[name] = pen.glyph()
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, drawn
    font["loca"] = newTable("loca")
    del font["CFF "]
    glyf.compile(font)
    for name, (width, _bearing) in list(font["hmtx"].metrics.items()):
        font["hmtx"].metrics[name] = (width, getattr(drawn[name], "xMin", 0))
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion = 0x00010000
    maxp.numGlyphs = len(order)
    for field in _MAXIMA:
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    font["post"].formatType = 3.0
    font["post"].extraNames, font["post"].mapping = [], {}
    font.sfntVersion = "\x00\x01\x00\x00"


def _set_metrics(font: TTFont) -> None:
    scale = font["head"].unitsPerEm / EM
    ascent, descent = round(ASCENT * scale), round(DESCENT * scale)
    hhea, os2 = font["hhea"], font["OS/2"]
    hhea.ascent, hhea.descent, hhea.lineGap = ascent, descent, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = round(880 * scale), round(-120 * scale), 0
    os2.usWinAscent, os2.usWinDescent = ascent, -descent


def _set_names(font: TTFont, face: Face, stamp: str) -> None:
    """Give the file a family of its own: two Fandol faces claim one name and one weight."""
    copyright_notice = font["name"].getDebugName(0) or ""
    licence = font["name"].getDebugName(13) or ""
    names = font["name"] = newTable("name")
    names.names = []
    texts = {0: copyright_notice, 1: face.family, 2: "Regular", 3: stamp, 4: face.family, 5: f"Version {RECIPE}"}
    texts |= {6: face.family.replace(" ", "-"), 13: licence}
    for name_id, text in texts.items():
        if text:
            names.setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = 400
    font["OS/2"].fsSelection = 0x40
    font["head"].macStyle = 0


def _stamp_of(path: Path) -> str | None:
    try:
        with TTFont(path, lazy=True) as font:
            return font["name"].getDebugName(3)
    except Exception:  # noqa: BLE001 - an unreadable file is prepared again
        return None
