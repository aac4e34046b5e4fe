"""``hub init``: from nothing to a hub that can be started."""

import os
from pathlib import Path

import click

from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work

TEMPLATE = """\
# 一网 Yiwang: the settings of this hub. `hub config check` tells what is wrong here and where each value comes from.
# Any value may come from the environment instead: HUB_RUN__POLL_S, HUB_SOURCE__PETITION_YUHANG__PASSWORD.
# Relative paths count from this file.

home = "{home}"                                # 行政区划代码: six-digit region of this hub

[store]
url = "sqlite:///yiwang-data/yiwang.db"        # or postgresql://user@host/database
keys = "yiwang-data/keys.json"                 # opens all personal data: keep a copy elsewhere (hub key export)

[run]
# poll_s = 300                                 # seconds between two pulls of a source
# workers = 8                                  # sources read at a time
# stop_s = 5                                   # seconds to end in
# prefetch = 8                                 # pages fetched ahead of the writer
# shapers = 2                                  # processes that shape the pages of one long read
# memory_mb = 1024                             # of one worker process

[http]
# connect_s = 5
# read_s = 20
# total_s = 60                                 # of one reply, however slowly it comes
# attempts = 5                                 # the first one counted
# max_reply_mb = 64
# lent = "yiwang-data/lent"                    # secrets that gateways lend, shared between processes, sealed

[log]
# level = "info"                               # debug, info, warning, error
# json = true                                  # default: text on a terminal, else JSON

[taxonomy]
# folder = ""                                  # an installed official list (hub taxonomy import)

[case]
# weights = ""                                 # a file of `hub case calibrate`
# route = []                                   # what is handed on by itself: [[case.route]] (docs/tasks.md)
# group = {{}}                                   # bodies that a route asks together (docs/tasks.md)
# notice = {{}}                                  # how people are told: [case.notice] (docs/tasks.md)

[deadlines]
# rules = ""                                   # your own rules in place of the hub's (docs/deadlines.md)
# holidays = ""                                # your own days off and days worked instead
# ladder = ""                                  # your own reminder, supervision order, interview
# stages = ""                                  # your own terms of records: which stage runs under which rule

[inbox]
# host = "127.0.0.1"                           # where sources that push reach us: http://host:port/in/SOURCE
# port = 8471
# allow = []                                   # networks they may come from, as ["10.20.0.0/16"]; empty: all
# certificate = ""                             # PEM file, needed unless the host is this machine alone
# private_key = ""

# One table per source instance; `hub adapter list` shows the adapters, `hub adapter show NAME` their settings.
# [source.petition_yuhang]
# adapter = "zhelifang"
# home = "330110"                              # region of the instance, fixed for ever; default: the hub's
# base_url = "https://petition.example.org"
# username = "hub"
# password_file = "secrets/petition_yuhang"    # or HUB_SOURCE__PETITION_YUHANG__PASSWORD
# every_s = 300
# allow = ["10.20.0.0/16"]                     # private addresses it may reach, as hosts or CIDRs
"""


@click.command("init")
@click.option("--home", default="330000", show_default=True, metavar="REGION", help="Six-digit region of this hub.")
@at_work
def init(work: Workplace, home: str) -> None:
    """Write a first hub.toml with a data folder and a key file beside it. Nothing that is there is overwritten."""
    from hub.errors import ConfigError
    from hub.settings import find, load
    from hub.store.vault import Keyring

    if len(home) != 6 or not (home.isascii() and home.isdecimal()):
        raise click.BadParameter("six digits are wanted", param_hint="--home")
    path = find(work.config)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # secrets may come to stand in it
    except FileExistsError as why:
        raise ConfigError("there are settings already", where=str(path), hint="edit them, or give --config") from why
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.format(home=home))
    say(f"设置 settings  {_near(path)}")
    keys = load(path).store.keys
    keys.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if keys.exists():
        say(f"密钥 keys      {_near(keys)} (there already, kept)")
    else:
        Keyring.create(keys)
        say(f"密钥 keys      {_near(keys)} (new: put a copy in a safe place with `hub key export`)")
    say("next: add a [source.…] table, then `hub config check`, then `hub run --once`")


def _near(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
