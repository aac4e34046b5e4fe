"""Adapter for petitions (浙里访): day windows with look-back, code and name twin columns; pushes; the way back."""

import hub.api as hub
from adapters.petition.zhelifang.matter import STAGES, matter
from adapters.petition.zhelifang.replying import DELIVERING, deliver
from hub.api import Capability

PUSHES = hub.Webhook(
    signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n"),
    envelope=hub.Envelope(single=True), answer='{"code":200,"msg":"操作成功"}',
)  # fmt: skip
"""One petition in each push. Told again, it is the same petition: 200 is answered and nothing written."""


class Zhelifang(hub.Adapter[hub.AdapterConfig]):
    """Petitions. The source knows days only: each read goes back three; late and repeated rows are normal."""

    manifest = hub.Manifest(
        name="zhelifang", version="1.1.0", kind="petition", title="Petition platform", title_zh="浙里访",
        department="XF", code_system="petition_class", channel="XF",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED, Capability.PUSH, Capability.DELIVER}),
        envelope=hub.Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg"),
        login=hub.Login(
            path="/login", body="json", fields={"username": "{username}", "password": "{password}"},
            envelope=hub.Envelope(ok="code", ok_values=(200,), denied=(401, 403, 500), message="msg"),
            token="token", prefix="Bearer ",  # noqa: S106 - a path
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/petition/matter/page", method="POST", place="json",
            paging=hub.PageNumber(page="pageNum", size="pageSize", rows=200),
            window=hub.Window(begin="beginTime", end="endTime", days=31, look_back=3),
        )),),
        stages=STAGES, webhook=PUSHES, delivering=DELIVERING,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One petition, as it was read or pushed."""
        return matter(item)

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One word on a petition: taken on or not, passed on, how it goes, what came of it."""
        return deliver(source, delivery, self.manifest.zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [Zhelifang]
