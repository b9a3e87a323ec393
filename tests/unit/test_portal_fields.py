"""Form fields in our markup: every control has a label, and its hint and error belong to it."""

import re
from datetime import date

import pytest
from django import forms

CHOICES = [("a", "甲"), ("b", "乙")]


class Everything(forms.Form):
    name = forms.CharField(label="名称", help_text="营业执照上的全称", error_messages={"required": "请填写名称"})
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea)
    day = forms.DateField(label="日期", error_messages={"required": "请填写日期"})
    proof = forms.FileField(label="证明", error_messages={"required": "请选择文件"})
    way = forms.ChoiceField(
        label="方式", choices=CHOICES, widget=forms.RadioSelect, error_messages={"required": "请选择方式"}
    )
    things = forms.MultipleChoiceField(
        label="事项", choices=CHOICES, widget=forms.CheckboxSelectMultiple, error_messages={"required": "请选择事项"}
    )
    kind = forms.ChoiceField(label="种类", choices=CHOICES)
    agree = forms.BooleanField(label="我已阅读", error_messages={"required": "请先阅读"})
    version = forms.IntegerField(widget=forms.HiddenInput)


def draw(name: str, data: dict | None = None, **initial) -> str:
    form = Everything(data, initial=initial)
    if data is not None:
        form.is_valid()
    return form[name].as_field_group()


@pytest.mark.parametrize("name", ["name", "note", "day", "proof", "kind", "agree"])
def test_a_single_control_has_one_label_that_points_to_it(name):
    html = draw(name)
    target = re.search(r'<label[^>]* for="([^"]+)"', html).group(1)
    assert html.count(f'id="{target}"') == 1


@pytest.mark.parametrize("name", ["way", "things"])
def test_a_group_has_a_legend_and_a_label_for_each_choice(name):
    html = draw(name)
    assert "<fieldset" in html
    assert "<legend" in html
    for target in re.findall(r'<label[^>]* for="([^"]+)"', html):
        assert html.count(f'id="{target}"') == 1
    assert html.count("<label") == len(CHOICES)


@pytest.mark.parametrize(
    ("name", "css"),
    [
        ("name", "govuk-input"),
        ("note", "govuk-textarea"),
        ("day", "govuk-input"),
        ("proof", "govuk-file-upload"),
        ("kind", "govuk-select"),
        ("way", "govuk-radios__input"),
        ("things", "govuk-checkboxes__input"),
        ("agree", "govuk-checkboxes__input"),
    ],
)
def test_a_control_has_the_class_of_its_kind(name, css):
    assert re.search(rf'class="{css}\b', draw(name))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("name", "请填写名称"),
        ("day", "请填写日期"),
        ("proof", "请选择文件"),
        ("way", "请选择方式"),
        ("things", "请选择事项"),
        ("agree", "请先阅读"),
    ],
)
def test_an_error_stands_at_its_field_and_is_read_with_it(name, sentence):
    html = draw(name, {})
    assert sentence in html
    described = re.search(r'aria-describedby="([^"]+)"', html).group(1).split()
    assert f"id_{name}_error" in described
    assert f'id="id_{name}_error"' in html


def test_a_hint_is_read_with_its_field():
    assert 'aria-describedby="id_name_helptext"' in draw("name")
    assert 'id="id_name_helptext"' in draw("name")


def test_a_date_is_written_the_way_browsers_read_it():
    assert 'type="date"' in draw("day")
    assert 'value="2026-11-27"' in draw("day", day=date(2026, 11, 27))


def test_only_what_may_stay_empty_says_so():
    assert "选填" in draw("note")
    assert "选填" not in draw("name")


def test_a_hint_under_one_choice():
    form = Everything()
    form.fields["way"].choice_hints = {"b": "需要两份材料"}
    html = form["way"].as_field_group()
    assert html.count("需要两份材料") == 1
    assert 'aria-describedby="id_way_1_hint"' in html


def test_a_hidden_field_draws_nothing_but_itself():
    assert "<label" not in draw("version", version=3)
    assert 'type="hidden"' in draw("version", version=3)
