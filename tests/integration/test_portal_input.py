"""What is typed wrongly: 422, and sentences of our own."""

import pytest
from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from notices.models import Notice
from tests import portal_scene

pytestmark = pytest.mark.django_db
DJANGOS = (
    "确保该变量",
    "不允许是用空字符串",
    "隐藏字段",
    "Ensure this value",
    "Null characters",
    "whole number",
    "整数",
)


class Small(forms.Form):
    text = forms.CharField(max_length=4)
    own = forms.CharField(max_length=4, required=False, error_messages={"max_length": "四个字"})
    version = forms.IntegerField(widget=forms.HiddenInput)


def summary(**data) -> str:
    form = Small(data)
    form.is_valid()
    return render_to_string("parts/error_summary.html", {"form": form})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": "甲\0", "version": 1}, "里面有看不见的特殊字符"),
        ({"text": "甲乙丙丁戊", "version": 1}, "最多 4 个字，现在有 5 个"),
        ({"text": "甲", "own": "甲乙丙丁戊", "version": 1}, "四个字"),
        ({"text": "甲", "version": "x"}, "请重新打开这一页"),
        ({"text": "甲"}, "请重新打开这一页"),
    ],
)
def test_the_sentences_are_ours(data, words):
    page = summary(**data)
    assert words in page
    assert not [sentence for sentence in DJANGOS if sentence in page]


def test_model_fields_say_the_same():
    with translation.override("zh-hans"), pytest.raises(forms.ValidationError, match="最多 100 个字"):
        Notice._meta.get_field("number").formfield(max_length=100).clean("号" * 101)


@pytest.mark.parametrize("name", ["portal:progress", "notices:verify"])
@pytest.mark.parametrize("data", [{}, {"number": "甲\0", "check_code": "x" * 99}])
def test_invalid_input_is_422(client, name, data):
    assert client.post(reverse(name), data).status_code == 422


def test_a_well_formed_question_about_an_unknown_notice_is_answered(client):
    response = client.post(reverse("notices:verify"), {"number": "青信修准〔2026〕999号", "check_code": "ABCDEFGH23"})
    assert response.status_code == 200


def test_revoking_without_a_reason_is_422(client):
    scene = portal_scene.build()
    client.force_login(scene.people["administrator"])
    response = client.post(reverse("notices:revoke", args=[Notice.objects.first().number]), {"reason": ""})
    assert response.status_code == 422
    assert "请填写撤销理由" in response.content.decode()


def test_the_button_of_the_verification_page_asks_and_the_state_of_a_rule_tells(client):
    """Two texts, so that English can say "Verify this notice" here and "Verified" there."""
    form = client.get(reverse("notices:verify")).content.decode().split("<main")[1]
    assert ">核验这份文书</button>" in form
