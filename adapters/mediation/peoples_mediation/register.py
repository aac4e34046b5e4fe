"""The register of people's mediation: committees, trade bodies, legal teams, and their mediators."""

import re
from collections.abc import Callable, Mapping

import hub.api as hub

BETWEEN = re.compile(r"[、,，;；/\s]+")
PATHS = {"mediators": "/api/mediator/page", "bodies": "/api/committee/page"}


def paging(path: str) -> hub.Request:
    """One list of the platform, by page, changed since then."""
    return hub.Request(
        path=path, method="POST", place="json", since=hub.Since(param="gengXinSJ"),
        paging=hub.PageNumber(page="current", size="size", rows=100),
    )  # fmt: skip


def gone(item: hub.Item) -> bool:
    """Deleted rows are flagged."""
    return str(item.get("isDeleted")) in ("1", "True")


def mediator(item: hub.Item) -> hub.DraftMediator:
    """A mediator (调解员): the fields they mediate in, how many cases they have and can bear."""
    return hub.DraftMediator(
        key=item["id"], revision=item.get("gengXinSJ"), deleted=gone(item), name=item.get("xingMing"),
        code=item.get("tiaoJieYBH"), organisation=item.get("zuZhiBH"), owner=item.get("zuZhiMC"),
        region=item.get("quHuaDM"), fields=fields(item), load=item.get("zaiBanShu"), capacity=item.get("shangXianShu"),
        phone=item.get("dianHua"), status=item.get("zhuangTai"),
        extra={name: item.get(name) for name in ("leiXing", "xueLi", "ziGeZS")},
    )  # fmt: skip


def body(item: hub.Item) -> hub.DraftOrganisation:
    """A committee (调解委员会), a trade mediation body (行业调解组织) or a legal team (法律服务团)."""
    return hub.DraftOrganisation(
        key=item["id"], revision=item.get("gengXinSJ"), deleted=gone(item), name=item.get("zuZhiMC"),
        code=item.get("zuZhiBH"), parent=item.get("shangJiBH"), owner=item.get("siFaS"), region=item.get("quHuaDM"),
        fields=fields(item), load=item.get("zaiBanShu"), capacity=item.get("shangXianShu"), phone=item.get("dianHua"),
        address=item.get("diZhi"), status=item.get("zhuangTai"),
        extra={name: item.get(name) for name in ("leiXing", "tiaoJieYShu", "axis")},
    )  # fmt: skip


def fields(item: hub.Item) -> list[str]:
    """The fields of mediation (专业领域): several in one text."""
    return [each for each in BETWEEN.split(item.get("lingYu") or "") if each]


SHAPES: Mapping[str, Callable[[hub.Item], hub.DraftEntry]] = {"mediators": mediator, "bodies": body}
STREAMS = tuple(hub.Stream(name=name, request=paging(PATHS[name])) for name in PATHS)
