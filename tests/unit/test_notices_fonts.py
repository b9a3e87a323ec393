"""Preparing the faces, shown on a tiny face made here."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

from notices import fonts, preparing

FANG = fonts.FACES[0]


@pytest.fixture
def folder(settings, tmp_path):
    settings.FONT_DIR = tmp_path
    return tmp_path


def make_face(path, *, curve=400):
    """Write a CFF face with 中 (kept), 䶮 (outside GB2312) and a curve."""
    pen = T2CharStringPen(1000, None)
    pen.moveTo((100, 0))
    pen.curveTo((100, curve), (900, curve), (900, 0))
    pen.closePath()
    glyph = pen.getCharString()
    builder = FontBuilder(1000, isTTF=False)
    names = [".notdef", "space", "zhong", "yan"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "space", ord("中"): "zhong", ord("䶮"): "yan"})
    builder.setupCFF("Tiny", {}, dict.fromkeys(names, glyph), {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=200)  # one Fandol face has a descent above the line
    builder.setupNameTable({"familyName": "Tiny", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)


def test_a_prepared_face_is_quadratic_even_and_its_own(folder):
    make_face(folder / FANG.fandol)
    result = preparing.prepare(FANG)
    assert (result.outcome, result.path) == ("prepared", folder / "prepared" / "fang.ttf")
    with TTFont(result.path) as font:
        assert "glyf" in font
        assert "CFF " not in font
        assert sorted(font.getBestCmap()) == [0x20, ord("中")]
        assert font["name"].getDebugName(1) == "Xinxiu Fang"
        assert (font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap) == (1151, -286, 0)
        assert font["glyf"][font.getBestCmap()[ord("中")]].numberOfContours == 1
        assert font["OS/2"].usWeightClass == 400


def test_it_is_done_once_and_again_when_the_source_changed(folder):
    make_face(folder / FANG.fandol)
    assert [preparing.prepare(FANG).outcome, preparing.prepare(FANG).outcome] == ["prepared", "kept"]
    assert preparing.prepare(FANG, force=True).outcome == "prepared"
    make_face(folder / FANG.fandol, curve=500)
    assert preparing.prepare(FANG).outcome == "prepared"


def test_the_same_source_gives_the_same_file(folder):
    make_face(folder / FANG.fandol)
    first = preparing.prepare(FANG).path.read_bytes()
    assert preparing.prepare(FANG, force=True).path.read_bytes() == first


def test_an_interrupted_preparation_leaves_the_old_state(folder, monkeypatch):
    make_face(folder / FANG.fandol)

    def half(self, file, **options):
        file.write_bytes(b"half a font")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(TTFont, "save", half)
        with pytest.raises(OSError, match="disk full"):
            preparing.prepare(FANG)
    assert list((folder / "prepared").iterdir()) == []
    assert fonts.file_of(FANG) == folder / FANG.fandol  # drawing goes on with the unprepared face


def test_a_broken_prepared_file_is_made_again(folder):
    make_face(folder / FANG.fandol)
    (folder / "prepared").mkdir()
    (folder / "prepared" / "fang.ttf").write_bytes(b"not a font")
    assert preparing.prepare(FANG).outcome == "prepared"


def test_which_file_draws(folder):
    assert fonts.file_of(FANG) is None
    make_face(folder / FANG.fandol)
    assert fonts.file_of(FANG).name == FANG.fandol
    make_face(folder / "fang.otf")
    assert fonts.file_of(FANG).name == "fang.otf"  # the office's own goes before
    preparing.prepare(FANG)
    assert fonts.file_of(FANG) == folder / "prepared" / "fang.ttf"


def test_every_stack_is_explicit_and_ends_in_simplified_chinese():
    for face in fonts.FACES:
        assert fonts.stack(face.family).endswith('"Noto Serif CJK SC"')


def test_kept_characters_are_gb2312_and_latin():
    kept = preparing.wanted_characters()
    assert len([code for code in kept if 0x4E00 <= code <= 0x9FFF]) == 6763
    assert set(map(ord, "〔〕—“”0Aa（）：；，。、《》〇")) <= kept
    assert ord("䶮") not in kept


def test_the_command_names_what_is_missing(folder):
    make_face(folder / FANG.fandol)
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("prepare_fonts", "--json", stdout=out)
    assert left.value.code == 1
    faces = json.loads(out.getvalue())["faces"]
    assert faces.pop("fang") == "prepared"
    assert set(faces.values()) == {"missing"}
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("prepare_fonts", stdout=out)
    assert "FandolKai-Regular.otf" in out.getvalue()


def test_the_command_is_silent_success_when_all_is_there(folder):
    for face in fonts.FACES:
        make_face(folder / face.fandol)
    call_command("prepare_fonts", stdout=StringIO())
