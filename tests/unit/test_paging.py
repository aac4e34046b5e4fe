"""Declarative reads against sources that are lists: no row lost, none twice, no read without an end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import Page
from hub.errors import ConfigError, PagingLoop, SourceReplyInvalid, SourceUnavailable
from hub.sources.paging import Reply, Span, read_pages, since_params, window_params, windows
from hub.wire import Keyset, NextLink, NextToken, Offset, PageNumber, Request, Since, Window

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # already the third of March in Shanghai
NUMBERED = PageNumber(page="p", size="s", rows=10)


@dataclass
class FakeSource:
    """Answers by a function of the parameters, and remembers what it was asked."""

    answer: Callable[[Mapping[str, Any]], Any]
    asked: list[dict[str, Any]] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    total: int | None = None

    def __call__(self, params: Mapping[str, Any], window: str, /, *, link: str = "") -> Reply:
        self.asked.append({**params, **({"link": link} if link else {})})
        self.windows.append(window)
        body = self.answer(self.asked[-1])
        rows = body["rows"] if isinstance(body, dict) else body
        headers = body.get("header", "") if isinstance(body, dict) else ""
        return Reply(Page(b"", window=window, body=body, rows=rows, total=self.total), headers)


def read(source: FakeSource, request: Request, since: datetime | None = None, **how: Any) -> list[Page]:
    given: dict[str, Any] = {"now": NOW, "zone": ZONE, "history_from": "2026-03-01", "fetch": source}
    return list(read_pages(request, since, **(given | how)))


def numbers(pages: list[Page]) -> list[int]:
    return [row["n"] for page in pages for row in page.rows]


def rows(*span: int) -> list[dict[str, int]]:
    return [{"n": n} for n in range(*span)]


def paged(count: int, *, past_end: str = "empty", cap: int = 1000) -> Callable[[Mapping[str, Any]], Any]:
    """A source of ``count`` rows, asked by ``p`` and ``s``."""

    def answer(params: Mapping[str, Any]) -> Any:
        size, number = min(params["s"], cap), params["p"]
        last = max(1, -(-count // size))
        if number > last and past_end == "404":
            raise SourceReplyInvalid("nothing", status=404)
        if past_end == "last":
            number = min(number, last)
        return rows(count)[(number - 1) * size : number * size]

    return answer


class TestPageNumber:
    @given(count=st.integers(0, 45), shared=st.integers(0, 4))
    def test_pages_that_overlap_lead_to_the_end_all_the_same(self, count: int, shared: int) -> None:
        """A row told twice counts once: whoever counts it twice meets the announced total before the last page."""

        def answer(params: Mapping[str, Any]) -> Any:
            start = (params["p"] - 1) * (params["s"] - shared)
            return rows(count)[start : start + params["s"]]

        found = numbers(read(FakeSource(answer, total=count), Request(path="/", paging=NUMBERED)))
        assert sorted(set(found)) == list(range(count))

    @given(
        count=st.integers(0, 45),
        told=st.booleans(),
        past_end=st.sampled_from(["empty", "last", "404"]),
        cap=st.sampled_from([3, 10, 1000]),
    )
    def test_each_row_once_whatever_the_source_does(self, count: int, told: bool, past_end: str, cap: int) -> None:
        source = FakeSource(paged(count, past_end=past_end, cap=cap), total=count if told else None)
        pages = read(source, Request(path="/", paging=PageNumber(page="p", size="s", rows=10, not_found_ends=True)))
        assert numbers(pages) == list(range(count))
        assert len(pages) == max(1, -(-count // min(cap, 10)))  # an empty read is one empty page

    def test_a_total_spares_the_last_request(self) -> None:
        source = FakeSource(paged(20), total=20)
        assert len(read(source, Request(path="/", paging=NUMBERED))) == 2
        assert [asked["p"] for asked in source.asked] == [1, 2]

    def test_a_short_page_is_not_the_end(self) -> None:
        replies = [rows(0, 10), rows(10, 13), rows(13, 20)]
        source = FakeSource(lambda params: replies[params["p"] - 1], total=20)
        assert numbers(read(source, Request(path="/", paging=NUMBERED))) == list(range(20))

    def test_the_latest_total_counts(self) -> None:
        def answer(params: Mapping[str, Any]) -> Any:
            source.total = 30 if params["p"] == 1 else 15
            return rows(10) if params["p"] == 1 else rows(10, 15)

        source = FakeSource(answer)
        assert len(read(source, Request(path="/", paging=NUMBERED))) == 2

    def test_an_unmet_total_ends_at_an_empty_page(self) -> None:
        source = FakeSource(paged(15), total=99)
        assert numbers(read(source, Request(path="/", paging=NUMBERED))) == list(range(15))

    def test_pages_that_come_in_a_circle(self) -> None:
        source = FakeSource(lambda params: rows(10) if params["p"] % 2 else rows(10, 20))
        with pytest.raises(PagingLoop, match="circles"):
            read(source, Request(path="/", paging=NUMBERED))

    def test_404_before_any_page_is_no_end(self) -> None:
        source = FakeSource(paged(-1, past_end="404"))
        with pytest.raises(SourceReplyInvalid):
            read(source, Request(path="/", paging=PageNumber(page="p", size="s", first=2, not_found_ends=True)))

    @pytest.mark.parametrize(("status", "ends"), [(404, False), (410, True)])
    def test_only_404_ends_and_only_if_declared(self, status: int, ends: bool) -> None:
        def answer(params: Mapping[str, Any]) -> Any:
            if params["p"] == 2:
                raise SourceReplyInvalid("no", status=status)
            return rows(10)

        paging = PageNumber(page="p", size="s", not_found_ends=ends)
        with pytest.raises(SourceReplyInvalid):
            read(FakeSource(answer), Request(path="/", paging=paging))

    @pytest.mark.parametrize("doubled", [2, 3])
    def test_a_page_given_twice_in_the_midst_is_no_end(self, doubled: int) -> None:
        source = FakeSource(lambda params: rows(40)[(params["p"] - 1 - (params["p"] == doubled)) * 10 :][:10])
        with pytest.raises(PagingLoop, match="came twice"):
            read(source, Request(path="/", paging=NUMBERED))

    def test_sizes(self) -> None:
        source = FakeSource(lambda params: [])
        read(source, Request(path="/", paging=NUMBERED))
        read(source, Request(path="/", paging=NUMBERED), size=7)
        read(source, Request(path="/", paging=PageNumber(page="p", size="", first=0)))
        assert source.asked == [{"p": 1, "s": 10}, {"p": 1, "s": 7}, {"p": 0}]

    def test_a_read_without_end_is_capped(self) -> None:
        source = FakeSource(lambda params: rows(params["p"], params["p"] + 1))
        with pytest.raises(PagingLoop, match="more than 5 pages"):
            read(source, Request(path="/", paging=NUMBERED), pages_max=5)

    def test_what_fetch_raises_rises(self) -> None:
        def answer(params: Mapping[str, Any]) -> Any:
            raise SourceUnavailable("gone")

        with pytest.raises(SourceUnavailable):
            read(FakeSource(answer), Request(path="/", paging=NUMBERED))


class TestOffset:
    @given(count=st.integers(0, 45), told=st.booleans(), cap=st.sampled_from([3, 10, 25]))
    def test_goes_on_by_what_came(self, count: int, told: bool, cap: int) -> None:
        def answer(params: Mapping[str, Any]) -> Any:
            return rows(count)[params["START"] : params["START"] + cap]

        source = FakeSource(answer, total=count if told else None)
        assert numbers(read(source, Request(path="/", paging=Offset(rows=10)))) == list(range(count))

    def test_the_last_page_again_ends_it(self) -> None:
        source = FakeSource(lambda params: rows(10))
        assert numbers(read(source, Request(path="/", paging=Offset(rows=10)))) == list(range(10))
        assert [asked["START"] for asked in source.asked] == [0, 10, 20]  # one further, to be sure that it is the end

    def test_a_page_given_twice_in_the_midst_is_no_end(self) -> None:
        source = FakeSource(lambda params: rows(30)[max(0, params["START"] - 10 * (params["START"] == 10)) :][:10])
        with pytest.raises(PagingLoop, match="came twice"):
            read(source, Request(path="/", paging=Offset(rows=10)))


class TestKeyset:
    PAGING = Keyset(time="t", key="k", after_time="at", after_key="ak", rows=4)

    @staticmethod
    def table(count: int, same: int) -> list[dict[str, Any]]:
        """Rows ordered by (t, k), of which ``same`` in a row share a time."""
        return [{"t": f"{n // same:04}", "k": n, "n": n} for n in range(count)]

    @given(
        count=st.integers(0, 30), same=st.sampled_from([1, 3, 9]), cap=st.sampled_from([2, 4]), inclusive=st.booleans()
    )
    def test_each_row_is_read(self, count: int, same: int, cap: int, inclusive: bool) -> None:
        table = self.table(count, same)

        def answer(params: Mapping[str, Any]) -> Any:
            after = (params.get("at", ""), params.get("ak", -1))
            return [
                row for row in table if (row["t"], row["k"]) > after or (inclusive and (row["t"], row["k"]) == after)
            ][:cap]

        pages = read(FakeSource(answer), Request(path="/", paging=self.PAGING))
        assert list(dict.fromkeys(numbers(pages))) == list(range(count))
        assert inclusive or len(numbers(pages)) == count

    def test_a_position_travels_with_the_start(self) -> None:
        replies = [[{"t": "5", "k": 1}], []]
        source = FakeSource(lambda params: replies[len(source.asked) - 1])
        request = Request(path="/", paging=self.PAGING, since=Since(param="from", style="epoch_s"))
        read(source, request, datetime(2026, 3, 2, tzinfo=UTC), fixed={"x": "y"})
        start = {"x": "y", "from": 1772409600, "size": 4}
        assert source.asked == [start, start | {"at": "5", "ak": 1}]

    def test_without_a_start_of_its_own_it_starts_at_the_time(self) -> None:
        source = FakeSource(lambda params: [])
        read(source, Request(path="/", paging=self.PAGING), datetime(2026, 3, 2, tzinfo=UTC))
        assert source.asked == [{"at": "2026-03-02 08:00:00", "size": 4}]

    def test_a_source_that_ignores_the_position(self) -> None:
        with pytest.raises(PagingLoop, match="full page"):
            read(FakeSource(lambda params: self.table(4, 1)), Request(path="/", paging=self.PAGING))

    @pytest.mark.parametrize("row", [{"t": "1"}, {"t": None, "k": 1}, "text"])
    def test_a_row_without_a_position(self, row: Any) -> None:
        with pytest.raises(SourceReplyInvalid, match="no t or no k"):
            read(FakeSource(lambda params: [row]), Request(path="/", paging=self.PAGING))


class TestTokensAndLinks:
    def test_tokens_lead_on(self) -> None:
        bodies = {None: {"rows": rows(3), "next": "a"}, "a": {"rows": rows(3, 5), "next": ""}}
        source = FakeSource(lambda params: bodies[params.get("token")])
        request = Request(path="/", paging=NextToken(path="next", param="token", size="n", rows=3))
        assert numbers(read(source, request)) == list(range(5))
        assert source.asked == [{"n": 3}, {"n": 3, "token": "a"}]

    def test_tokens_in_a_text(self) -> None:
        bodies = [{"rows": rows(1), "data": '{"next":"a"}'}, {"rows": [], "data": "{}"}]
        source = FakeSource(lambda params: bodies[len(source.asked) - 1])
        assert len(read(source, Request(path="/", paging=NextToken(path="data.next", param="t")))) == 2

    def test_a_text_that_holds_no_token(self) -> None:
        source = FakeSource(lambda params: {"rows": rows(1), "data": "<html>"})
        with pytest.raises(SourceReplyInvalid, match="next page") as caught:
            read(source, Request(path="/", paging=NextToken(path="data.next", param="t")))
        assert "html" not in str(caught.value)

    @pytest.mark.parametrize(("period", "said"), [(1, "does not move on"), (2, "in circles"), (3, "in circles")])
    def test_fresh_tokens_to_the_same_pages(self, period: int, said: str) -> None:
        def answer(params: Mapping[str, Any]) -> Any:
            n = len(source.asked)
            return {"rows": rows(n % period, n % period + 1), "clock": n, "next": f"token {n}"}

        source = FakeSource(answer)
        with pytest.raises(PagingLoop, match=said):
            read(source, Request(path="/", paging=NextToken(path="next", param="t")))

    def test_empty_pages_lead_on(self) -> None:
        bodies = [{"rows": [], "next": "1"}, {"rows": [], "next": "2"}, {"rows": rows(1), "next": None}]
        source = FakeSource(lambda params: bodies[len(source.asked) - 1])
        assert numbers(read(source, Request(path="/", paging=NextToken(path="next", param="t")))) == [0]

    def test_links_in_the_body_and_in_the_header(self) -> None:
        for place, paging in (("next", NextLink(path="next")), ("header", NextLink())):
            bodies = [{"rows": rows(2), place: "/page2"}, {"rows": rows(2, 3)}]
            source = FakeSource(lambda params, bodies=bodies: bodies["link" in params])
            assert numbers(read(source, Request(path="/", paging=paging), fixed={"q": 1})) == [0, 1, 2]
            assert source.asked == [{"q": 1}, {"q": 1, "link": "/page2"}]


class TestWindows:
    WINDOW = Window(begin="b", end="e", days=2, look_back=3)

    def cut(self, since: datetime | None, history: str, window: Window = WINDOW) -> list[str]:
        return [str(span) for span in windows(window, since, now=NOW, zone=ZONE, history_from=history)]

    def test_a_first_read_starts_with_history_and_ends_today(self) -> None:
        expected = ["2026-02-27/2026-02-28", "2026-03-01/2026-03-02", "2026-03-03/2026-03-03"]
        assert self.cut(None, "2026-02-27") == expected

    def test_later_reads_look_back_by_the_sources_days(self) -> None:
        since = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # midnight of 2 March in Shanghai
        assert self.cut(since, "2020-01-01")[0] == "2026-02-27/2026-02-28"
        assert self.cut(since, "2026-03-01")[0] == "2026-03-01/2026-03-02"  # never before history

    def test_a_watermark_from_the_future_looks_back_from_today(self) -> None:
        assert self.cut(datetime(9999, 9, 9, tzinfo=UTC), "2020-01-01")[0] == "2026-02-28/2026-03-01"

    def test_history_that_has_not_begun(self) -> None:
        assert self.cut(None, "2027-01-01") == ["2026-03-03/2026-03-03"]

    def test_history_that_is_no_day(self) -> None:
        with pytest.raises(ConfigError, match="YYYY-MM-DD"):
            self.cut(None, "yesterday")

    @given(
        since=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 1), timezones=st.just(UTC)),
        days=st.integers(1, 40),
        back=st.integers(0, 9),
    )
    def test_every_day_is_in_one_window(self, since: datetime | None, days: int, back: int) -> None:
        window = Window(begin="b", end="e", days=days, look_back=back)
        spans = windows(window, since, now=NOW, zone=ZONE, history_from="2026-01-05")
        covered = [n for span in spans for n in range(span.first.toordinal(), span.last.toordinal() + 1)]
        assert covered == list(range(covered[0], date(2026, 3, 3).toordinal() + 1))

    @pytest.mark.parametrize(
        ("window", "begin", "end"),
        [
            (Window(begin="b", end="e"), "2026-02-28", "2026-03-01"),
            (Window(begin="b", end="e", end_inclusive=False), "2026-02-28", "2026-03-02"),
            (Window(begin="b", end="e", style="%Y%m%d%H%M%S"), "20260228000000", "20260301235959"),
            (
                Window(begin="b", end="e", style="%Y-%m-%dT%H:%M:%S", end_inclusive=False),
                "2026-02-28T00:00:00",
                "2026-03-02T00:00:00",
            ),
        ],
    )
    def test_ends(self, window: Window, begin: str, end: str) -> None:
        assert window_params(window, Span(date(2026, 2, 28), date(2026, 3, 1))) == {"b": begin, "e": end}

    def test_each_window_pages_for_itself(self) -> None:
        """The same rows in two windows are late or repeated rows, and no loop."""

        def answer(params: Mapping[str, Any]) -> Any:
            return rows(10) if params["p"] == 1 and params["b"] < "2026-03-03" else []

        source = FakeSource(answer)
        request = Request(path="/", paging=NUMBERED, window=Window(begin="b", end="e"))
        pages = read(source, request)
        assert [page.window for page in pages] == [f"2026-03-0{n}/2026-03-0{n}" for n in (1, 2, 3)]
        assert [len(page.rows) for page in pages] == [10, 10, 0]
        assert [(asked["b"], asked["p"]) for asked in source.asked] == [
            ("2026-03-01", 1),
            ("2026-03-01", 2),
            ("2026-03-02", 1),
            ("2026-03-02", 2),
            ("2026-03-03", 1),
        ]

    def test_a_404_ends_a_later_window_at_once(self) -> None:
        def answer(params: Mapping[str, Any]) -> Any:
            if params["b"] > "2026-03-01":
                raise SourceReplyInvalid("nothing", status=404)
            return rows(10)

        source = FakeSource(answer, total=10)
        request = Request(
            path="/",
            paging=PageNumber(page="p", size="s", not_found_ends=True),
            window=Window(begin="b", end="e"),
        )
        assert len(read(source, request)) == 1


class TestSince:
    AT = datetime(2026, 3, 1, 16, 0, 0, 999_999, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("style", "value"),
        [
            ("%Y-%m-%d %H:%M:%S", "2026-03-02 00:00:00"),
            ("%Y%m%d", "20260302"),
            ("%Y-%m-%dT%H:%M:%S%z", "2026-03-02T00:00:00+0800"),
            ("epoch_s", 1772380800),
            ("epoch_ms", 1772380800999),
        ],
    )
    def test_styles_never_start_late(self, style: str, value: str | int) -> None:
        request = Request(path="/", since=Since(param="from", style=style))
        assert since_params(request, self.AT, ZONE) == {"from": value}

    def test_a_first_read_asks_for_all(self) -> None:
        assert since_params(Request(path="/", since=Since(param="from")), None, ZONE) == {}
        assert since_params(Request(path="/"), self.AT, ZONE) == {}
