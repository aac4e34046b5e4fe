"""``python -m conformance.mutation``: a sample, its survivors, and the share that was noticed."""

import click

from conformance.mutation.figure import told, watched
from conformance.mutation.sample import SAMPLE, SEED, drawn


@click.command()
@click.option("--sample", default=SAMPLE, show_default=True, help="So many changes; 0 for all there are.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed draws others.")
@click.option("--only", default="", metavar="MODULE", help="Modules whose name holds this.")
@click.option("--processes", type=click.IntRange(1), help="So many changes at once. [default: one for each processor]")
@click.option("--list", "listed", is_flag=True, help="Tell of every change, and what noticed it.")
def main(sample: int, seed: int, only: str, processes: int | None, listed: bool) -> None:
    """Change the checks, each time in one place, and see what notices."""
    chosen = drawn(sample or None, seed, only)
    if not chosen:
        raise click.UsageError(f"there is nothing to change in {only or 'the checks'}")
    figure = told(watched(chosen, processes=processes, listed=listed), seed)
    for name, of in figure["modules"].items():
        click.echo(f"{name:<32} {of['killed']:>4} of {of['mutants']:>4}")
    by = ", ".join(f"{count} by {what}" for what, count in figure["killed_by"].items())
    for what in figure["void"]:
        click.echo(f"void: {what}, though nothing was changed")
    for what in figure["unsteady"]:
        click.echo(f"unsteady: {what}, once only, or the machine was busy")
    click.echo(f"{figure['killed']} of {figure['mutants']} noticed ({figure['mutation_score']:.1%}): {by}")


if __name__ == "__main__":
    main()
