"""Adapter for petitions (浙里访) exported into files: XLSX or CSV rows with Chinese column names, GBK or UTF-8."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

import hub.api as hub
from adapters.petition.zhelifang.matter import STAGES, matter

COLUMNS = {
    "信访件编号": "XFJBH", "信访人姓名": "XM", "证件类型": "ZJLXDM", "证件号码": "ZJHM", "手机号码": "SJHM",
    "住址": "CZDZ", "信访形式": "XFXSMC", "信访目的": "XFMDMC", "信访日期": "XFRQ", "信访人数": "XFRS",
    "问题属地代码": "WTSDDM", "问题属地": "WTSDMC", "内容分类代码": "NRFLDM", "内容分类": "NRFLMC",
    "登记机构": "DJJGMC", "标题": "BT", "投诉内容": "TSNR", "办理状态": "BLZTMC", "限办截止时间": "XBJZSJ",
    "办结时间": "BJSJ", "更新时间": "GXSJ", "相关编号": "XGBH", "复查申请时间": "FCSQSJ", "复查截止时间": "FCJZSJ",
    "复核申请时间": "FHSQSJ", "复核截止时间": "FHJZSJ",
    "追回金额": "ZHJE",
}  # fmt: skip
"""What a column of an export is called, and the catalogue's name for it."""


class ZhelifangFilesConfig(hub.FolderConfig):
    """``pattern`` is that of the files' names, ``encoding`` that of texts; a workbook tells its own."""

    pattern: str = "*"
    encoding: Annotated[str, AfterValidator(hub.known_encoding)] = "gb18030"


class ZhelifangFiles(hub.Adapter[ZhelifangFilesConfig]):
    """Exported petitions, each file once. What names a petition is its public number."""

    Config = ZhelifangFilesConfig
    by_settings = True
    crosswalk = Path(__file__).parents[1] / "zhelifang/crosswalk.sssom.tsv"
    manifest = hub.Manifest(
        name="zhelifang_files", version="1.0.0", kind="petition", title="Petition platform, exported files",
        title_zh="浙里访导出文件", department="XF", code_system="petition_class", channel="XF", stages=STAGES,
        streams=(hub.Stream(request=hub.FileDrop()),),
    )  # fmt: skip

    def __init__(self, config: ZhelifangFilesConfig) -> None:
        super().__init__(config)
        drop = hub.FileDrop(pattern=config.pattern, encoding=config.encoding)
        self.manifest = replace(self.manifest, streams=(hub.Stream(request=drop),))

    def draft(self, item: hub.Item) -> hub.Draft:
        """One line of an export."""
        row = {COLUMNS[name.strip()]: value for name, value in item.items() if name.strip() in COLUMNS}
        return matter({**row, "ID": row["XFJBH"]})


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[ZhelifangFilesConfig]]]:
    """The adapter of this package."""
    return [ZhelifangFiles]
