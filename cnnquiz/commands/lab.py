"""Read VGG-16 and ResNet-18 as PyTorch, build them, train them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cnnquiz.lab import models

NETWORK = click.argument("network", metavar="NETWORK", type=click.Choice(models.names()))
FORMAT = click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to print it.")



@click.group(invoke_without_command=True, no_args_is_help=False, subcommand_metavar="COMMAND ...", options_metavar="")
@click.pass_context
def command(ctx: click.Context) -> None:
    """The networks of the course in PyTorch, vgg16 and resnet18: read them, build them, train them on pictures.

    To build and to train needs PyTorch: pip install 'cnnquiz[lab]'
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
@click.option("--resume", is_flag=True, help="Go on with the run in --output, or the one that was interrupted.")
@FORMAT
@click.pass_context
def train(
    ctx: click.Context, /, output: Path | None, resume: bool, device: str, format: str, **settings: Any
) -> None:
    """Train a network on 216 drawn pictures of four flowers, and validate it on 72 others after each epoch.

    Without --plain, vgg16 has batch normalisation and He's initial weights. Ctrl-C stops after a step and saves the
    run, in --output or lab-NETWORK; --resume goes on from there to the same numbers.
    """
    from cnnquiz import lab

    lab.require()
    from cnnquiz.lab.runs import new_run, resumed_run
    from cnnquiz.sessions.training import follow

    folder = output or Path(f"lab-{settings['network']}")
    if resume:
        typed = [name for name in settings if ctx.get_parameter_source(name) == ParameterSource.COMMANDLINE]
        run = resumed_run(folder, {name: settings[name] for name in typed}, device)
    else:
        run = new_run(settings, device, output)
    follow(run, folder, keep=output is not None or resume, json=format == "json")
