"""Read VGG-16 and ResNet-18 in PyTorch, build, train them; run experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cnnquiz.lab import experiments, models

NETWORK = click.argument("network", metavar="NETWORK", type=click.Choice(models.names()))
FORMAT = click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to print it.")


@click.group(invoke_without_command=True, no_args_is_help=False, subcommand_metavar="COMMAND ...", options_metavar="")
@click.pass_context
def command(ctx: click.Context) -> None:
    """The networks of the course in PyTorch, vgg16 and resnet18: read them, build them, train them on pictures; and the
    experiments behind answer keys.

    To build, to train and to run needs PyTorch: pip install 'cnnquiz[lab]'
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), color=ctx.color)


@command.command(short_help="Show the source of a network, the shapes beside it.")
@NETWORK
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it to FILE instead.")
def show(network: str, output: Path | None) -> None:
    """Show the source of a network, the shape of each layer's output beside its line. It needs PyTorch alone."""
    from cnnquiz.files import write_new
    from cnnquiz.lab.source import annotated_source
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    source = annotated_source(network)
    if output is None:
        stdout().raw(source)
        return
    write_new(output, source, "the source cannot be written")
    stdout().show(f"Wrote {display_text(output)}.")


@command.command(short_help="Build a network and compare each layer with `solve net`.")
@NETWORK
@FORMAT
def build(network: str, format: str) -> int:
    """Build a network without storage for its weights, run it once, and compare each layer's shape, parameters and
    multiply-adds with what `solve net` counts; exit 1 if any differs.
    """
    from cnnquiz import lab
    from cnnquiz.render.console import stdout
    from cnnquiz.render.lab import show_comparison
    from cnnquiz.render.listing import show_json

    lab.require()
    from cnnquiz.lab.build import comparison

    found: dict[str, Any] = comparison(network)
    show_json(stdout(), found) if format == "json" else show_comparison(stdout(), found)
    return int(found["differences"] > 0)


@command.command(short_help="Train a network on pictures of four flowers, or on yours.")
@NETWORK
@click.option("--epochs", type=click.IntRange(1, 10_000), default=6, help="How often all pictures are seen.  [6]")
@click.option("--batch", type=click.IntRange(2, 1024), default=6, help="Pictures in a step.  [6]")
@click.option("--size", type=click.IntRange(32, 256), default=64, help="Height and width of the pictures.  [64]")
@click.option("--lr", type=click.FloatRange(0, min_open=True), help="Learning rate.  [resnet18 3e-4, vgg16 1e-4]")
@click.option("--optimizer", type=click.Choice(["adam", "adamw", "sgd"]), default="adam", help="sgd has momentum .9.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, help="Of pictures, weights and batches.  [1]")
@click.option("--plain", is_flag=True, help="vgg16 as it was published: it stays at ln 4 = 1.386.")
@click.option("--data", metavar="FOLDER", help="Your own pictures, a folder for each class.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), default="auto", help="Where it is worked.")
@click.option("--output", metavar="FOLDER", type=click.Path(path_type=Path), help="Keep checkpoint, CSV and PNG there.")
@click.option("--resume", is_flag=True, help="Go on with the run in --output, or the one interrupted last.")
@FORMAT
@click.pass_context
def train(
    ctx: click.Context, /, output: Path | None, resume: bool, device: str, format: str, **settings: Any
) -> int:
    """Train a network on 216 drawn pictures of four flowers, and validate it on 72 others after each epoch.

    Without --plain, vgg16 has batch normalisation and He's initial weights. Ctrl-C stops after a step and saves the
    run, in --output or a new folder lab-NETWORK; --resume goes on from there to the same numbers.
    """
    from cnnquiz import lab

    lab.require()
    from cnnquiz.lab.runs import latest_folder, new_run, resumed_run
    from cnnquiz.sessions.training import follow

    if resume:
        output = output or latest_folder(settings["network"])
        typed = [name for name in settings if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE]
        run = resumed_run(output, {name: settings[name] for name in typed}, device)
    else:
        run = new_run(settings, device, output)
    return follow(run, output, json=format == "json")


@command.command(short_help="Run an experiment behind answer keys; without a name, list them.")
@click.argument("name", metavar="[NAME]", required=False, type=click.Choice(experiments.names()))
@click.option("--check", is_flag=True, help="Run one seed again and compare with the record.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="This seed alone.  [five; with --check one]")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Also write the record to FILE.")
@FORMAT
def run(name: str | None, check: bool, seed: int | None, output: Path | None, format: str) -> int:
    """Run an experiment with each of five seeds, under two minutes in all, and say whether what it claims holds.

    Its record in questions/evidence is what `cnnquiz check` tests keys against. The exit code is 1 where the claim does
    not hold, or where --check finds figures farther from the recorded ones than these are from each other.
    """
    from cnnquiz import lab

    if name is None:
        if check or seed is not None or output:
            raise click.UsageError("--check, --seed and --output go with the name of an experiment")
        return list_experiments(format)
    if output and (check or seed is not None):
        raise click.UsageError("--output writes the record of five seeds: leave --seed and --check out")
    lab.require()
    from cnnquiz.sessions import experiment

    if check:
        return experiment.run_again(name, seed, format == "json")
    return experiment.run(name, seed, output, format == "json")


def list_experiments(format: str) -> int:
    """The experiments with what each is about."""
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import show_json, show_listing

    titles = {name: experiments.title(name) for name in experiments.names()}
    if format == "json":
        show_json(stdout(), {"experiments": [{"name": name, "title": title} for name, title in titles.items()]})
    else:
        after = "cnnquiz lab run NAME runs one; --check compares one seed with its record."
        show_listing(stdout(), "Experiments", [(name, [title]) for name, title in titles.items()], after)
    return 0
