"""``hub case``: one dispute, one code. The commands stand in files of their own, imported when they are called."""

import click

from hub.cli.lazy import Lazy

COMMANDS = {
    "find": ("hub.cli.case_find:find", "Find cases by any number, by code and phone, or by name."),
    "show": ("hub.cli.case_show:show", "Show one case: its records, why they are one, its tasks and names."),
    "list": ("hub.cli.case_list:list_", "List cases."),
    "timeline": ("hub.cli.case_timeline:timeline", "The whole life of a case on one page."),
    "open": ("hub.cli.case_open:open_", "Take in a matter at the counter: a record and a code at once."),
    "consult": ("hub.cli.consult:consult", "Consultations of several bodies about a case."),
    "enlist": ("hub.cli.case_lists:enlist", "Put a case on a list whose matters are ticked off one by one."),
    "tick": ("hub.cli.case_lists:tick", "Tick a case off a list, by a proof."),
    "receptions": ("hub.cli.receptions:receptions", "Days of reception: which body receives when."),
    "review": ("hub.cli.case_review:review", "Pairs of records that wait for a person: list, join, apart."),
    "merge": ("hub.cli.case_merge:merge", "Hold two cases together; the older code leads."),
    "unmerge": ("hub.cli.case_merge:unmerge", "Take a merge back."),
    "split": ("hub.cli.case_merge:split", "Give some records of a case a case of their own."),
    "unsplit": ("hub.cli.case_merge:unsplit", "Take a split back."),
    "alias": ("hub.cli.case_merge:alias", "Let one more number find a case."),
    "settle": ("hub.cli.case_merge:settle", "Close the open conflicts of a case: a person has looked."),
    "relink": ("hub.cli.case_relink:relink", "Link all history anew; persons' decisions stand."),
    "calibrate": ("hub.cli.case_relink:calibrate", "Estimate the linker's weights from this store's history."),
    "qr": ("hub.cli.case_qr:qr", "The code as a picture, in the terminal or a file."),
}


@click.group("case", cls=Lazy, commands_at=COMMANDS)
def case() -> None:
    """The cases of this hub: each dispute under one code, whichever systems it passes through."""
