"""The tree of bodies as people and programs read it."""

from typing import Any

from hub.casework.bodies import PROBLEMS, Body, Tree
from hub.cli.show import facts, plain, say, table
from schemas.bodies import WORDS


def show_tree(tree: Tree) -> None:
    """Print all bodies, each below the one above it, and what is wrong with the register."""
    for top in tree.tops:
        _branch(tree, top, 0)
    rows = [(each.code, PROBLEMS[each.what], each.other) for each in tree.problems]
    if rows:
        say("")
        table(("机构 body", "问题 problem", "涉及 about"), rows)


def show_body(tree: Tree, code: str) -> None:
    """Print one body with those above, below and across; of a place's code who stands on each level there."""
    body = tree.bodies.get(code)
    levels = {
        WORDS[level]: f"{each.code} {each.name}" if isinstance(each, Body) else each
        for level, each in tree.levels(code).items()
    }
    if body is None and not levels:
        tree.path(code)  # says that there is none
    if body is None:
        facts(levels)
        return
    facts(
        {
            "机构 body": f"{body.code} {body.name}",
            "层级 level": WORDS[body.level] if body.level else None,
            "类别 kind": body.sort,
            "窗口 windows": body.windows,
            "上级 above": " / ".join(each.name for each in tree.path(code)[:-1]),
            "下级 below": [f"{each.code} {each.name}" for each in tree.below(code)],
            "协同 across": [f"{each.code} {each.name}" for each in tree.across(code)],
            "来源 source": body.source,
        }
    )


def told(tree: Tree, code: str) -> dict[str, Any]:
    """The same for programs."""
    if not code:
        return {"bodies": [*tree.bodies.values()], "problems": tree.problems}
    levels = {level: each.code if isinstance(each, Body) else each for level, each in tree.levels(code).items()}
    if code not in tree.bodies:
        return {"levels": levels}
    around = {"above": tree.path(code)[:-1], "below": tree.below(code), "across": tree.across(code)}
    return {
        "body": tree.bodies[code],
        "levels": levels,
        **{where: [each.code for each in bodies] for where, bodies in around.items()},
    }


def _branch(tree: Tree, body: Body, depth: int) -> None:
    kind = f"  [{body.sort}]" if body.sort else ""
    linked = "、".join(each.name for each in tree.across(body.code))
    say(f"{'  ' * depth}{plain(body.code)} {plain(body.name)}{kind}{f'  ⇄ {linked}' if linked else ''}")
    for each in tree.below(body.code):
        _branch(tree, each, depth + 1)
