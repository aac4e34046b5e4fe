"""What stands in a delivery's call, and the word of an answer that makes it a receipt."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from test_check_deliver import declares, found, told

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks.deliver.words import words
from conformance.harness import Harness
from conformance.outcome import NotApplicable
from conformance.reference.delivering import DeliveringReference
from conformance.subject import Subject


class TestTelling:
    """What stands in the call, where kinds are more than the reference takes."""

    KINDS = ("hand_over", "notice")

    def takes(self, **said: Any) -> Subject:
        class Takes(declares(kinds=self.KINDS)):  # type: ignore[misc]
            def paper(self, delivery: hub.Delivery) -> dict[str, Any]:
                body = delivery.body
                matter = body.get("matter", {})
                whole: dict[str, Any] = {
                    "paper_no": delivery.key, "kind": delivery.kind, "case_no": body.get("number") or body["case"],
                    "sides": [side["name"] for side in matter.get("sides", ())], "to": list(body.get("receivers", ())),
                    "files": [file["url"] for file in matter.get("attachments", ())],
                }  # fmt: skip
                return whole | {name: cut(whole[name]) for name, cut in said.items()}

        return told(Takes, paths=dict.fromkeys(self.KINDS, "/notes"))

    def test_all_of_it(self) -> None:
        for id in ("DL-03", "DL-18", "DL-19", "DL-20", "DL-21", "DL-22"):
            CHECKS[id].run(Harness(self.takes()))

    @pytest.mark.parametrize("name", ["sides", "to", "files"])
    def test_nothing_of_it(self, name: str) -> None:
        CHECKS["DL-21"].run(Harness(self.takes(**{name: lambda _: []})))

    def test_one_role_only(self) -> None:
        CHECKS["DL-21"].run(Harness(self.takes(sides=lambda names: names[2:])))

    @pytest.mark.parametrize(
        ("name", "where"),
        [("sides", "hand_over, sides"), ("files", "hand_over, attachments"), ("to", "notice, receivers")],
    )
    def test_the_first_only(self, name: str, where: str) -> None:
        assert found("DL-21", self.takes(**{name: lambda all_of_them: all_of_them[:1]})).where == where

    def test_a_notice_may_look_like_any_kind(self) -> None:
        CHECKS["DL-19"].run(Harness(self.takes(kind=lambda _: "")))

    @pytest.mark.parametrize("amount", ["1234.56", "123456", "0.123456", "1,234.56元"])
    def test_an_amount_in_any_unit(self, amount: str) -> None:
        class Tells(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                return super().paper(delivery) | {"sum": amount if delivery.body.get("amount") else ""}

        CHECKS["DL-21"].run(Harness(Subject.of(Tells)))

    def test_a_number_that_is_another_each_time_is_no_amount(self) -> None:
        class Counts(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                return super().paper(delivery) | {"nonce": str(int(delivery.key[-4:], 36))}

        CHECKS["DL-21"].run(Harness(Subject.of(Counts)))

    def test_a_time_of_utc_that_says_so(self) -> None:
        class Says(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                at = hub.order_of(delivery.kind, delivery.body).at
                return super().paper(delivery) | {"at": at.isoformat(), "also": f"{at:%Y-%m-%dT%H:%M:%SZ}"}

        CHECKS["DL-20"].run(Harness(Subject.of(Says)))

    def test_a_source_that_lives_by_utc(self) -> None:
        subject = Subject.of(DeliveringReference)
        wire = subject.spec.wire.model_copy(update={"zone": "UTC"})
        with pytest.raises(NotApplicable, match="UTC"):
            CHECKS["DL-20"].run(Harness(replace(subject, spec=subject.spec.model_copy(update={"wire": wire}))))


class TestWords:
    """Where two answers differ, and the one without it."""

    def test_what_stands_in_both_and_differs(self) -> None:
        ok = '{"code":0,"data":"{\\"taken\\":1,\\"no\\":\\"R-1\\"}"}'
        (word,) = words(ok, '{"code":0,"data":"{\\"taken\\":0,\\"why\\":\\"07\\"}"}')
        assert word.path == "data.taken"
        assert orjson.loads(orjson.loads(word.refused)["data"]) == {"taken": 0, "no": "R-1"}
        bodies = {how: orjson.loads(body)["data"] for how, body in word.wordless}
        assert {how: body and orjson.loads(body) for how, body in bodies.items()} == {
            "null": {"taken": None, "no": "R-1"},
            "of another word": {"taken": 97, "no": "R-1"},
            "of a no that is a text": {"taken": "0", "no": "R-1"},
            "left out": {"no": "R-1"},
            "left out with all around it": None,
        }

    def test_a_truth_is_not_made_another_word(self) -> None:
        (word,) = words('{"ok":true}', '{"ok":false}')
        assert [*word.wordless] == [("null", '{"ok": null}'), ("left out", "{}")]

    def test_in_a_document(self) -> None:
        (word,) = words("<R><C>1</C><T>1</T></R>", "<R><C>1</C><T>0</T><Y>03</Y></R>")
        assert (word.path, word.refused) == ("T", "<R><C>1</C><T>0</T></R>")
        assert [body for _, body in word.wordless] == [
            "<R><C>1</C></R>", "<R><C>1</C><T></T></R>", "<R><C>1</C><T>ZZ</T></R>",
        ]  # fmt: skip

    @pytest.mark.parametrize(("ok", "refused"), [("", ""), ('{"code":0}', ""), ('{"no":"1"}', '{"why":"2"}')])
    def test_none(self, ok: str, refused: str) -> None:
        assert not [*words(ok, refused)]
