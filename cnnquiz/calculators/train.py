"""Iterations in training: batches in an epoch, iterations in all, the last batch, the mean loss of an epoch.

    iterations = E ceil(N/B)

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 8.1.3.
"""

from __future__ import annotations

from fractions import Fraction

from cnnquiz.errors import GivenError, NoLayerError
from cnnquiz.mathematics.precise import exact
from cnnquiz.solver.calculator import Env, Notes, Quantity, Result, Results, Values, line, misconception
from cnnquiz.solver.givens import FLAG, are_numbers, integer, numbers

QUANTITIES = (
    Quantity("samples", "num_samples", integer(1), "samples (images) in the training set", search=(1, 10_000),
             symbol="N"),
    Quantity("batch", "batch_size", integer(1), "samples in one batch", search=(1, 1_024), symbol="B"),
    Quantity("epochs", "num_epochs", integer(1), "passes through the whole set", 1, (1, 1_000), symbol="E"),
    Quantity("drop_last", "drop_last", FLAG, "whether a last, incomplete batch is left out", False),
    Quantity("accumulate", "accumulation_steps", integer(1), "batches whose gradients are added up for one update",
             None, symbol="A"),
    Quantity("losses", "batch_losses", numbers(), "mean loss of each batch of one epoch, in order", None),
)  # fmt: skip
RESULTS = (
    Result("iterations_per_epoch", "updates in one epoch", answer=True, short="per-epoch", symbol="m",
           grows_with=("samples", "epochs")),
    Result("iterations", "updates in the whole training", answer=True, short="iterations",
           grows_with=("samples", "epochs")),
    Result("last_batch", "samples in the last batch of an epoch", short="last-batch", symbol="last"),
    Result("effective_batch", "samples behind one update, when gradients are accumulated", answer=True),
    Result("updates_per_epoch", "updates in one epoch, when gradients are accumulated", symbol="u"),
    Result("updates", "updates in the whole training, when gradients are accumulated", answer=True),
    Result("epoch_loss", "mean loss over the samples of the epoch", answer=True),
)
LINES = (
    line("q", "N/B", "Batches, before rounding", name="quotient"),
    line("m", "ceil(q)", "Round up", "The last, smaller batch is an update too.", when="not drop_last"),
    line("m", "floor(q)", "Round down", "With drop_last, an incomplete batch is left out.", when="drop_last"),
    line("iterations", "m*E", "All epochs", "Every epoch goes through all the batches again."),
    line("last", "N - (m - 1)*B", "Last batch", "What the full batches leave.", when="not drop_last"),
    line("last", "min(B, m*B)", "Last batch", "With drop_last, every batch is full.", when="drop_last"),
    line("effective_batch", "B*A", "Effective batch", "One update sees the samples of all its batches."),
    line("u", "ceil(m/A)", "Updates in one epoch", "The batches that are left over at the end make an update too."),
    line("updates", "u*E", "Updates in all", "Every epoch goes through all the batches again."),
    line("seen", "(m - 1)*B + last", "Samples of the epoch", "Those in the batches that are used."),
    line("total", "(S - l)*B + l*last", "Losses, each times its batch",
         "A batch's loss is a mean: times the size of the batch it is a sum again."),
    line("epoch_loss", "total/seen", "Mean over the samples", "A smaller batch counts for less."),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("batches-rounded-down", "The last, smaller batch is a step too (unless drop_last).", m="floor(q)"),
    misconception("batches-rounded-up", "With drop_last the incomplete batch is no step.", m="ceil(q)"),
    misconception("counted-epochs-once", "That is one epoch: iterations = batches in an epoch x epochs.",
                  iterations="m"),
    misconception("epochs-as-iterations", "An epoch is a whole pass of many iterations, one for each batch.",
                  iterations="E"),
    misconception("batches-across-epochs", "A batch does not reach into the next epoch: round within each epoch.",
                  iterations="ceil(N*E/B)"),
    misconception("batch-times-epochs", "The batch size divides the samples; it is no number of steps.",
                  iterations="B*E"),
    misconception("one-sample-steps", "One update is made for each batch, not for each sample.",
                  m="N", iterations="N*E"),
    misconception("full-last-batch", "The last batch holds only what the full ones leave.", last="B"),
    misconception("missing-in-last-batch", "So many are missing in the last batch: it has what is left over.",
                  last="B - (N - (m - 1)*B)"),
    misconception("batches-for-last-batch", "That is the number of full batches, not what they leave.", last="m - 1"),
    misconception("forgot-accumulation", "Only every group of accumulated batches makes an update.", u="m",
                  effective_batch="B"),
    misconception("added-accumulation", "Every one of the accumulated batches has its samples: multiply.",
                  effective_batch="B + A"),
    misconception("divided-batch", "Accumulating makes the batch behind an update larger, not smaller.",
                  effective_batch="B/A"),
    misconception("groups-rounded-down", "The batches that are left over make an update too.", u="floor(m/A)"),
    misconception("mean-of-means", "A smaller batch counts for less: weigh each loss by its batch.", epoch_loss="S/m"),
)  # fmt: skip
TOPIC = "training"
SYNONYMS = ("iterations", "epochs", "batches", "training")
SHORTHAND = ("samples batch epochs",)
EXAMPLES = (
    "--samples 1000 --batch 64 --epochs 5",
    "--samples 1000 --batch 64 --epochs 5 --drop-last yes",
    "--samples n --batch b --epochs e",
)
CONVENTIONS = {
    "iteration": lambda env: "one update, made with one batch" if env["A"] is None else "one batch",
    "last batch": lambda env: "left out when incomplete (drop_last)" if env["drop_last"] else "used, though smaller",
    "accumulation": lambda env: "" if env["A"] is None else "batches left over at the end of an epoch make an update",
    "epoch loss": lambda env: "" if env["losses"] is None else "mean over the samples, not over the batches",
}


def prepare(values: Values) -> Values:
    """The sum of the losses and the last one; one is needed for each batch."""
    losses = values["losses"]
    if losses is None:
        return values | {"S": None, "l": None}
    if are_numbers(values["N"], values["B"]):
        batches = len(_starts(values))
        if len(losses) != batches:
            remedy = "give one for each batch of the epoch"
            raise NoLayerError(f"losses: {len(losses)} for {batches} batches; {remedy}", "losses")
    elif None not in (values["N"], values["B"]):  # neither is searched for: one is a letter
        raise GivenError("losses need samples and batch as numbers", "losses")
    return values | {"S": sum(losses), "l": losses[-1]}


def _starts(env: Env) -> range:
    """Where the batches of one epoch start in the list of samples."""
    end = env["N"] - env["B"] + 1 if env["drop_last"] else env["N"]
    return range(0, max(end, 0), env["B"])


def count(env: Env) -> Values:
    """One epoch walked batch by batch through the samples."""
    starts = _starts(env)
    last = min(starts[-1] + env["B"], env["N"]) - starts[-1] if starts else 0
    found: Values = {"iterations_per_epoch": len(starts), "last_batch": last}
    found["iterations"] = sum(len(starts) for _ in range(env["E"])) if env["E"] < 10_000 else len(starts) * env["E"]
    if env["A"] is not None:
        groups = [starts[at : at + env["A"]] for at in range(0, len(starts), env["A"])]
        found["effective_batch"] = sum(env["B"] for _ in range(env["A"]))
        found["updates_per_epoch"] = len(groups)
        found["updates"] = sum(len(groups) for _ in range(env["E"])) if env["E"] < 10_000 else len(groups) * env["E"]
    if env["losses"] is not None:
        pairs = [(loss, min(env["B"], env["N"] - start)) for loss, start in zip(env["losses"], starts, strict=True)]
        found["epoch_loss"] = exact(Fraction(sum(a * b for a, b in pairs)) / sum(b for _, b in pairs))
    return found


def notes(env: Env, results: Results) -> Notes:
    """Where the other treatment of the last batch gives another number."""
    if env["N"] % env["B"]:
        other = env["N"] // env["B"] + (1 if env["drop_last"] else 0)
        yield f"{'Without' if env['drop_last'] else 'With'} drop_last: {other} an epoch, {other * env['E']} in all."
    if env["drop_last"] and env["B"] > env["N"]:
        yield f"The batch is larger than the whole set, so nothing is learned: take a batch of at most {env['N']}."
