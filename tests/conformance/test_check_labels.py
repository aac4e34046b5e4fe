"""When the words of a crosswalk's row do not fit its codes."""

from dataclasses import replace

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks.taxonomy import _joined
from conformance.harness import Harness
from conformance.outcome import NotApplicable
from conformance.reference import Reference
from conformance.subject import Subject


class Labelled(Reference):
    """Every label is what ``says`` makes of its code."""

    def draft(self, item: hub.Item) -> hub.Draft:
        draft = super().draft(item)
        return replace(draft, label=self.says(draft.code or ""))

    @staticmethod
    def says(code: str) -> str | None:
        return f"土地{'甲乙丙丁'[int(code[-1]) - 1]}"


def test_a_label_with_no_sign_of_the_crosswalks_is_another_class() -> None:
    assert judged("TX-12", Labelled).where == "crosswalk.sssom.tsv"


@pytest.mark.parametrize("label", ["纠纷", None])
def test_a_label_that_several_codes_bear_names_none_of_them(label: str | None) -> None:
    class Coarse(Labelled):
        @staticmethod
        def says(code: str) -> str | None:
            return label

    with pytest.raises(NotApplicable):
        CHECKS["TX-12"].run(Harness(Subject.of(Coarse)))


def test_another_script_says_nothing() -> None:
    class English(Labelled):
        @staticmethod
        def says(code: str) -> str | None:
            return f"class {code}"

    CHECKS["TX-12"].run(Harness(Subject.of(English)))


@pytest.mark.parametrize(
    ("text", "code", "label", "joined"),
    [
        ("101-借款", "101", "借款", True),
        ("101-借款", "101", None, False),
        ("101-借款合同", "101", "借款", False),
        ("借款", "101", "借款", False),
    ],
)
def test_code_and_label_are_all_that_a_joined_text_tells(
    text: str, code: str, label: str | None, *, joined: bool
) -> None:
    assert _joined(text, code, label) is joined
