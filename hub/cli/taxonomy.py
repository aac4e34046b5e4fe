"""``hub taxonomy``: the categories and items, and how what others call a matter becomes one of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import ConfigError

if TYPE_CHECKING:
    from hub.mapping.mapper import Mapper


@click.group("taxonomy")
def taxonomy() -> None:
    """The taxonomy of disputes: 21 categories, 84 items."""


@taxonomy.command("show")
@click.argument("code", required=False)
@json_option
@at_work
def show(work: Workplace, code: str | None, as_json: bool) -> None:
    """Show all categories, a category (D02), an item (D0201) or a department's items (XF)."""
    known = work.taxonomy
    if code is None:
        _show_all(work, as_json=as_json)
    elif code in known.items:
        _show_item(work, code, as_json=as_json)
    elif code in known.categories:
        _show_category(work, code, as_json=as_json)
    elif code in known.departments:
        _show_department(work, code, as_json=as_json)
    else:
        from hub.nearest import did_you_mean

        names = [*known.categories, *known.items, *known.departments]
        raise ConfigError(f'no category, item or department "{code}"', hint=did_you_mean(code, names))


@taxonomy.command("resolve")
@click.option("--code", help="The source's code.")
@click.option("--label", help="The source's label, or a cause of action 案由.")
@click.option("--edition", help="Edition of the code or label.")
@click.option("--source", help="As this source would.")
@click.option("--adapter", help="As this adapter would.")
@click.option("--department", help="By this department's items.")
@click.option("--text", default="", help="What the matter is about, in plain words.")
@json_option
@at_work
def resolve(
    work: Workplace,
    *,
    code: str | None,
    label: str | None,
    edition: str | None,
    source: str | None,
    adapter: str | None,
    department: str | None,
    text: str,
    as_json: bool,
) -> None:
    """Find the item of a code, a label or a text, and say how it was found."""
    if not (code or label or text):
        raise click.UsageError("give --code, --label or --text")
    if sum(each is not None for each in (source, adapter, department)) > 1:
        raise click.UsageError("give one of --source, --adapter, --department")
    if source is not None:
        adapter = work.settings.source(source).adapter
    mapper = work.mapper(work.registry.get(adapter)) if adapter else _anyones_mapper(work, department)
    found = mapper.classify(code=code, label=label, edition=edition, title=text, detail="")
    item = work.taxonomy.items.get(found.item or "")
    category = work.taxonomy.categories.get(found.category or "")
    if as_json:
        names = {"item_label": item.label if item else None, "category_label": category.label if category else None}
        write_json(found.model_dump() | names)
        return
    facts(
        {
            "事项 item": f"{item.code} {item.label} {item.label_en}" if item else "未归 unmapped",
            "大类 category": f"{category.code} {category.label} {category.label_en}" if category else None,
            "依据 found by": f"{found.method} {found.confidence:.2f}",
            "证据 evidence": found.evidence,
            "候选 candidates": found.candidates,
            "映射 mapping": found.mapping,
        }
    )


@taxonomy.command("coverage")
@json_option
@at_work
def coverage(work: Workplace, as_json: bool) -> None:
    """Show how many records and codes found their item, with and without D21, and which codes have none yet.

    Per source: codes that are the same as an item, parts of one, or broader than several; and the items reached.
    """
    from hub.cli.coverage import codes_by_source, show_codes
    from hub.cli.summary import show_categories, show_coverage
    from hub.store import read

    with work.store() as store, store.database.reading() as connection:
        by_source, by_category = read.coverage(connection), read.category_counts(connection)
        by_item, unmapped = read.item_counts(connection), read.unmapped_codes(connection)
        seen = read.seen_codes(connection)
    live = sum(item.live for item in work.taxonomy.items.values())
    reached = sum(work.taxonomy.live(code) for code in by_item if code)
    codes = codes_by_source(seen, {each.source: each.items for each in by_source}, live)
    if as_json:
        write_json(
            {
                "sources": by_source,
                "codes": [each._asdict() for each in codes],
                "reached": {"items": reached, "of": live, "share": round(reached / live, 4)},
                "categories": by_category,
                "items": by_item,
                "unmapped_codes": unmapped,
            }
        )
        return
    show_coverage(by_source)
    show_codes(codes, reached, live)
    show_categories(work.taxonomy, by_category)
    if unmapped:
        rows = [(row.source, row.code, row.label, row.count) for row in unmapped]
        table(
            ("来源 source", "编码 code", "名称 label", "件 records"), rows, right=(3,), title="未归项 without an item"
        )


@taxonomy.command("export")
@click.option("--skos", "form", flag_value="skos", default=True, help="SKOS in Turtle [default].")
@click.option("--json", "form", flag_value="json", help="JSON.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else standard output.")
@at_work
def export(work: Workplace, form: str, output: Path | None) -> None:
    """Give the taxonomy to others."""
    if form == "skos":
        from schemas.taxonomy.skos import to_skos

        text = to_skos(work.taxonomy)
    else:
        import orjson

        text = orjson.dumps(_as_data(work), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        output.write_text(text, encoding="utf-8")
        say(f"{output}: {len(work.taxonomy.categories)} categories, {len(work.taxonomy.items)} items")


@taxonomy.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Where to install it [beside the key file]."
)
@click.option("--check", "check_only", is_flag=True, help="Check it; install nothing.")
@at_work
def import_(work: Workplace, folder: Path, to: Path | None, check_only: bool) -> None:
    """Install a taxonomy of your own, such as the official list, from a folder of the same layout.

    Counts, keys and crosswalk targets are checked; codes of today's must be kept, or retired and pointed on.
    """
    from schemas.taxonomy import TaxonomyError
    from schemas.taxonomy.install import check_folder, install

    if problems := check_folder(folder, work.taxonomy):
        for problem in problems:
            click.echo(str(problem), err=True)
        raise ConfigError(f"the folder has {len(problems)} problems; nothing was installed", where=folder.name)
    if check_only:
        say("没有问题 no problems")
        return
    target = to or work.settings.store.keys.with_name("taxonomy")
    try:
        install(folder, target, work.taxonomy)
    except TaxonomyError as why:
        raise ConfigError(f"nothing was installed: {why}", where=folder.name) from why
    say(f"{target}: installed")
    say(f'next: set folder = "{target}" under [taxonomy], then hub source remap NAME --dry-run')


def _anyones_mapper(work: Workplace, department: str | None) -> "Mapper":
    """A mapper without an adapter: a department's items if one is named, causes of action, text."""
    from hub.contract import Manifest
    from hub.mapping.mapper import Mapper
    from hub.nearest import did_you_mean

    known = work.taxonomy.departments
    if department is not None and department not in known:
        raise ConfigError(f'no department "{department}"', hint=did_you_mean(department, known))
    manifest = Manifest(name="anyone", version="1", kind="generic", department=department or "", causes=True)
    return Mapper.for_manifest(manifest, work.taxonomy)


def _show_all(work: Workplace, *, as_json: bool) -> None:
    known = work.taxonomy
    if as_json:
        write_json(_as_data(work))
        return
    say(f"{known.name} {known.version} ({known.edition})")
    items = {
        code: sum(item.category == code and item.live for item in known.items.values()) for code in known.categories
    }
    rows = [(each.code, each.label, each.label_en, items[each.code]) for each in known.categories.values() if each.live]
    table(("编码", "大类 category", "", "事项 items"), rows, right=(3,))


def _show_category(work: Workplace, code: str, *, as_json: bool) -> None:
    category = work.taxonomy.categories[code]
    items = [item for item in work.taxonomy.items.values() if item.category == code]
    if as_json:
        write_json({"category": category, "items": items})
        return
    facts({"大类 category": f"{code} {category.label} {category.label_en}", "含义 definition": category.definition})
    table(("编码", "事项 item", "", "含义 definition"), [(i.code, i.label, i.label_en, i.definition) for i in items])


def _show_item(work: Workplace, code: str, *, as_json: bool) -> None:
    item = work.taxonomy.items[code]
    category = work.taxonomy.categories[item.category]
    theirs = [
        {"code": each.code, "department": each.department, "label": each.label, "predicate": match.predicate}
        for each in work.taxonomy.source_items.values()
        for match in each.matches
        if match.object_id == code
    ]
    if as_json:
        write_json({"item": item, "category": category, "source_items": theirs})
        return
    facts(
        {
            "事项 item": f"{code} {item.label} {item.label_en}",
            "大类 category": f"{category.code} {category.label} {category.label_en}",
            "含义 definition": item.definition,
            "关键词 keywords": item.keywords,
            "状态 status": "在用 live" if item.live else f"停用 retired, now {work.taxonomy.current(code)}",
        }
    )
    if theirs:
        rows = [(each["department"], each["code"], each["label"], each["predicate"]) for each in theirs]
        table(("部门", "编码 code", "部门事项 department item", "关系 relation"), rows)


def _show_department(work: Workplace, code: str, *, as_json: bool) -> None:
    department = work.taxonomy.departments[code]
    items = [each for each in work.taxonomy.source_items.values() if each.department == code]
    if as_json:
        write_json({"department": department, "items": items})
        return
    facts({"部门 department": f"{code} {department.label} {department.label_en}", "系统 systems": department.systems})
    rows = [
        (each.code, each.category_label, each.label, [f"{match.predicate} {match.object_id}" for match in each.matches])
        for each in items
    ]
    table(("编码 code", "类 category", "事项 item", "对应 matches"), rows)


def _as_data(work: Workplace) -> dict[str, Any]:
    known = work.taxonomy
    return {
        "name": known.name,
        "version": known.version,
        "edition": known.edition,
        "categories": list(known.categories.values()),
        "items": list(known.items.values()),
    }
