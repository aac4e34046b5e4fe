"""Words and numbers of tasks, as the command line reads and prints them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hub.store.tasks import Ref

KINDS = {
    "referral": "移送", "disposal_notice": "交办通知", "reminder": "催办", "supervision_order": "督办",
    "interview": "约谈", "procuratorial_suggestion": "检察建议", "review_notice": "复核通知", "rectification": "整改",
    "enforcement_assistance": "协助执行", "order": "指令", "inquiry": "调查", "written_answer": "答辩",
    "case_to_read": "送阅",
}  # fmt: skip
STATES = {
    "requested": "已发出", "received": "已收到", "accepted": "已受理", "refused": "不受理", "in_progress": "办理中",
    "completed": "已办成", "failed": "未办成", "recalled": "已撤回",
}  # fmt: skip
LAMPS = {"green": "绿", "yellow": "黄", "red": "红"}
STRAYS = {
    "receipt": "回执找不到任务", "early": "先于移送回执", "illegal": "状态倒退", "claimed": "两家认领",
    "cycle": "循环移送", "reference": "所引案件未到",
}  # fmt: skip


def words(known: Mapping[str, str], name: str) -> str:
    """A name with its Chinese word."""
    return f"{known[name]} {name}" if name in known else name


def case_code(text: str) -> str:
    """A case code as it was typed, or the text as it is."""
    from schemas.case_code import read_case_code

    return read_case_code(text) or text


def task_ref(text: str) -> "Ref":
    """A number such as ``330110-12``. Raises BadParameter."""
    match = re.fullmatch(r"(\d{6})-(\d{1,18})", text)
    if match is None:
        raise click.BadParameter("a number such as 330110-12 is wanted", param_hint="TASK")
    return match[1], int(match[2])


def number_of(ref: "Ref | None") -> str | None:
    """A number as it is told."""
    return f"{ref[0]}-{ref[1]}" if ref else None
