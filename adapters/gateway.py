"""The data-sharing gateway of the public data platform (一体化公共数据平台, IRS), as its adapters declare it."""

from dataclasses import replace

from hub.api import Envelope, Lending, Lent, Renewal, Signing

PATH = "/gateway/api/{organisation}/dataSharing/{interface_id}.htm"
"""Where an interface is, below the gateway's root."""

OPENED = Envelope(ok="code", ok_values=("00",), message="msg", items="datas", total="totalDataCount")
"""Denials are told with 200: ``code`` 401 or 403."""

SIGNING = Signing(
    fields=("{app_key}", "{app_secret}", "{timestamp}"), algorithm="md5", timestamp="ms", place="body",
    key_name="appKey", timestamp_name="requestTime", nonce_name="", sign_name="sign",
)  # fmt: skip

_LENT = {
    "refresh": Lent(value="datas.refreshSecret", ends="datas.refreshSecretEndTime", life_s=48 * 3600),
    "request": Lent(value="datas.requestSecret", ends="datas.requestSecretEndTime", life_s=15 * 60),
}

LENDING = Lending(
    renewals=(
        Renewal(path="/gateway/app/refreshTokenBySec.htm", by="refresh", lends=_LENT),
        Renewal(path="/gateway/app/refreshTokenByKey.htm", lends=_LENT),
    ),
    signs="request",
    signing=replace(SIGNING, place="query"),
    envelope=OPENED,
)
"""Calls are signed with the request secret (15 minutes), got by the refresh secret (48 hours) or the app secret."""
