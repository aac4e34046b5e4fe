"""Sessions of a court: where a mediation is held and what came of it, what has no hour, and cases heard together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import orjson
from click.testing import CliRunner
from province import Province, at_work

from conformance.streams import by_stream
from conformance.subject import Subject
from hub.casework.cases import find, members
from hub.casework.concerning import concerning
from hub.cli.main import main
from hub.store.entries import EntryHead, show

ROUTES = """
[http]
attempts = 2

[[case.route]]
name = "petition_to_court_point"
from = "petition"
stage = "dispatched"
to = "court"
docking = "访调"
rule = "court_mediation"
"""
KEY, POINT = "990110202603000801", "GXFT33011000302"


class Court(Province):
    """A petition office, and a court that tells of its sessions."""

    bodies: ClassVar[Mapping[str, str]] = {
        "petition": "zhelifang", "court": "mobile_court", "sessions": "mobile_court_papers",
    }  # fmt: skip
    routes = ROUTES

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self.mediators.work = lambda: None  # type: ignore[method-assign]  # the court's clerks are the test

    def _subject(self, name: str) -> Subject:
        whole = super()._subject(name)
        return next(part for part in by_stream(whole) if name in ("petition", "court", part.stream))

    def case(self, key: str, number: str, status: str = "审理", **more: Any) -> None:
        row = {"QRAH": "", "XGAH": "", "JAFS": "", "JARQ": "", "JDXX": [], "DSR": [], "AQ": f"第{number}号案。"}
        day = self.local("%Y%m%d")
        self.add("court", AHDM=key, AH=f"（2026）浙0110{number}号", AJZT=status, LARQ=day, **(row | more))

    def session(self, key: str, number: str, how: str, at: str, **more: Any) -> None:
        row = {"HBSAH": "", "KSSJ": "", "JSSJ": "", "FTDM": "", "FTMC": "", "FTQH": ""}
        self.add("sessions", TSBH=key, AH=f"（2026）浙0110{number}号", KTFS=how, KTSJ=at, **(row | more))

    def told(self, number: str) -> list[EntryHead]:  # type: ignore[override]
        """The sessions of the one case of a number."""
        with self.store.database.reading() as connection:
            (code,) = find(connection, self.store, number)
            return concerning(connection, members(connection, code), ("event",))

    def shown(self, number: str) -> dict[str, Any]:
        """What ``hub case show`` tells."""
        done = CliRunner().invoke(main, ["--config", str(self.settings.path), "case", "show", number, "--json"])
        assert done.exit_code == 0, done.output
        told: dict[str, Any] = orjson.loads(done.stdout)
        return told


@contextmanager
def court(folder: Path) -> Iterator[Court]:
    with at_work(Court(folder, f"sqlite:///{folder}/yiwang.db")) as here:
        yield here


def test_row_008_a_petition_is_mediated_at_a_court_point_and_hears_what_came_of_it(tmp_path: Path) -> None:
    with court(tmp_path) as here:
        here.petition()
        here.around()
        (asked,) = here.acts("court", "/case/apply")
        assert (asked.fields["SQLX"], asked.fields["LYBH"]) == ("诉前调解", "P1")
        here.case(KEY, "诉前调801", "调解", XGAH=asked.fields["JFM"])
        here.session("S1", "诉前调801", "调解", "20260303143000", FTDM=POINT, FTMC="仓前街道共享法庭", FTQH="330110012")
        here.around(
            lambda: here.rows("court").update(KEY, AJZT="调解成功", LASTUPDATE=here.local("%Y%m%d%H%M%S")),
        )
        (session,) = here.told("ZJ330110202603050001")
        body = show(here.store.database, here.store.keyring, session.home, session.id, clear=True).body
        assert (session.name, session.at, session.region) == ("调解", "2026-03-03T06:30:00Z", "330110012000")
        assert (body["body"], body["extra"]["FTDM"]) == ("仓前街道共享法庭", POINT)
        assert here.states() == [("mediate", "completed", "settled")]
        replies = [act.fields["CLJG"] for act in here.acts("petition", "reply")]
        assert (replies, len(here.codes()), here.unseen()) == (["调解成功"], 1, (0, 0))


def test_row_004_cases_heard_together_are_tied_and_stay_two_and_a_hearing_may_have_no_hour(tmp_path: Path) -> None:
    with court(tmp_path) as here:
        here.case("990110202603000901", "民初901", AY="买卖合同纠纷")
        here.case("990110202603000902", "民初902", AY="劳务合同纠纷")
        here.case("990110202603000903", "民初903", AY="相邻关系纠纷")
        both = "（2026）浙0110民初902号、（2026）浙0110民初999号"
        here.session("S1", "民初901", "开庭", "20260305093000", HBSAH=both)
        here.session("S2", "民初903", "异步审理", "", KSSJ="20260302090000", JSSJ="20260316173000")
        here.around()
        codes = {name: here.shown(f"（2026）浙0110民初{name}号") for name in ("901", "902", "903")}
        assert len(here.codes()) == 3, "they are no one case"
        first, second = (codes[name]["case"]["code"] for name in ("901", "902"))
        at = "2026-03-05T01:30:00Z"
        assert codes["901"]["joined_with"] == [{"code": second, "session": "S1", "at": at}]
        assert codes["902"]["joined_with"] == [{"code": first, "session": "S1", "at": at}]
        assert codes["903"]["joined_with"] == []
        (hearing,) = here.told("（2026）浙0110民初903号")
        assert (hearing.name, hearing.at) == ("异步审理", None)
        body = show(here.store.database, here.store.keyring, hearing.home, hearing.id, clear=True).body
        assert (body["extra"]["KSSJ"], body["extra"]["JSSJ"]) == ("20260302090000", "20260316173000")

        here.case("990110202603000999", "民初999", AY="运输合同纠纷")  # it comes later, and is tied then
        here.around()
        third = here.shown("（2026）浙0110民初999号")
        assert sorted(each["code"] for each in third["joined_with"]) == sorted([first, second])
        words = CliRunner().invoke(main, ["--config", str(here.settings.path), "case", "show", first]).stdout
        assert "同审 heard with" in words
