"""Autoencoder: parameters of encoder and decoder, stages of pre-training, compression ratio, bytes.

    parameters = sum n_i n_(i+1) + sum of the biases

Source: Hinton and Salakhutdinov, Reducing the dimensionality of data with neural networks, 2006.
"""

from __future__ import annotations

from itertools import pairwise

from cnnquiz.errors import GivenError
from cnnquiz.layers.counts import bytes_of, tally
from cnnquiz.layers.vocabulary import BYTES
from cnnquiz.mathematics.notation import series, step, sum_of_products
from cnnquiz.mathematics.precise import divide
from cnnquiz.solver.calculator import Env, Notes, Quantity, Result, Results, Steps, Values, line, misconception
from cnnquiz.solver.givens import FLAG, choice, layer_sizes

QUANTITIES = (
    Quantity("layers", "layer_sizes", layer_sizes(), "sizes from input to output: 784-128-784",
             positional=True),
    Quantity("tied", "tied_weights", FLAG, "whether the decoder uses the encoder's weights, transposed", False),
    Quantity("bias", "bias", FLAG, "whether the units have biases", True),
    Quantity("dtype", "dtype", choice(*BYTES), "how a number is stored", "fp32"),
)  # fmt: skip
RESULTS = (
    Result("parameters", "trainable numbers", answer=True, short="parameters"),
    Result("encoder", "the encoder's parameters"),
    Result("decoder", "the decoder's parameters of its own"),
    Result("compression_ratio", "how many times smaller the code is than the input", answer=True, symbol="ratio"),
    Result("stages", "stages of layer-by-layer pre-training", answer=True),
    Result("bytes", "memory of the parameters", answer=True),
    Result("code", "size of the latent space"),
)
LINES = (
    line("encoder", "W_e + b_e", "Encoder", "Its weights, and one bias for each of its units."),
    line("decoder", "W_d + b_d", "Decoder", "It has weights of its own.", when="not tied"),
    line("decoder", "b_d", "Decoder", "Tied: the encoder's weights are used again, transposed; only biases are new.",
         when="tied"),
    line("parameters", "encoder + decoder", "Together"),
    line("ratio", "n/code", "Compression ratio", "The input's size over the code's."),
    line("stages", "(L - 1)/2", "Stages of pre-training", "One shallow autoencoder is trained for each encoder layer."),
    line("bytes", "parameters*B", "Memory", "B bytes for each number."),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("forgot-decoder", "The decoder has weights too (unless tied).", parameters="encoder"),
    misconception("forgot-bias", "One bias for each unit is missing.", encoder="W_e", decoder="W_d"),
    misconception("tied-assumed", "Encoder and decoder have weights of their own unless they are tied.", decoder="b_d"),
    misconception("counted-twice", "Tied weights are the same numbers: count them once.", decoder="W_d + b_d"),
    misconception("parameters-for-bytes", "Each number takes several bytes.", bytes="parameters"),
    misconception("two-bytes", "fp32 takes 4 bytes for each number.", bytes="2*parameters"),
    misconception("bits-for-bytes", "That is the number of bits.", bytes="8*B*parameters"),
    misconception("ratio-upside-down", "Compression is the input's size over the code's.", ratio="code/n"),
    misconception("stage-for-each-layer", "Only the encoder's layers are pre-trained; the decoder unrolls them.",
                  stages="L - 1"),
    misconception("counted-all-sizes", "Stages are counted between layers, half of them in the encoder.", stages="L"),
)  # fmt: skip
TOPIC = "dense layers"
SYNONYMS = ("ae",)
SHORTHAND = ("layers",)
EXAMPLES = ("784-128-784", "784-256-64-256-784 --tied yes", "128-32-128 --dtype fp16")
CONVENTIONS = {
    "biases": lambda env: "counted, one for each unit" if env["bias"] else "none",
    "weights": lambda env: "tied, shared by both halves" if env["tied"] else "separate in encoder and decoder",
    "bytes": lambda env: f"{BYTES[env['dtype']]} for each number ({env['dtype']})",
}


def prepare(values: Values) -> Values:
    """The weights and biases of both halves."""
    sizes = values["layers"]
    if values["tied"] and sizes != sizes[::-1]:
        raise GivenError("tied: the decoder must mirror the encoder, as in 784-256-64-256-784", "tied")
    middle = len(sizes) // 2
    products = [a * b for a, b in pairwise(sizes)]
    biases = sizes[1:] if values["bias"] else (0,) * (len(sizes) - 1)
    env = {"W_e": sum(products[:middle]), "W_d": sum(products[middle:])}
    env |= {"b_e": sum(biases[:middle]), "b_d": sum(biases[middle:])}
    return values | env | {"n": sizes[0], "code": sizes[middle], "L": len(sizes), "B": BYTES[values["dtype"]]}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The weights of each half, layer by layer."""
    if want in ("compression_ratio", "stages", "code"):
        return
    sizes, middle = env["layers"], len(env["layers"]) // 2
    for name, letter, part in (("encoder", "e", sizes[: middle + 1]), ("decoder", "d", sizes[middle:])):
        if name == "decoder" and (env["tied"] or want == "encoder"):
            continue
        rule, filled = f"W_{letter} = sum_i n_i n_(i+1)", sum_of_products(part[:-1], part[1:])
        why = "Every unit is connected with every unit of the next layer." if name == "encoder" else ""
        yield step(f"Weights of the {name}", rule, filled, env[f"W_{letter}"], why, "parameters")
        if env["bias"]:
            added, total = series(part[1:], " + "), env[f"b_{letter}"]
            yield step(f"Biases of the {name}", f"b_{letter}", added, total, of="parameters")


def count(env: Env) -> Values:
    """Unit by unit: each unit's weights and bias; shallow autoencoders peeled off from the outside."""
    sizes, middle, bias = env["layers"], len(env["layers"]) // 2, 1 if env["bias"] else 0
    halves = {"encoder": 0, "decoder": 0}
    for at, (before, size) in enumerate(pairwise(sizes)):
        weights = 0 if env["tied"] and at >= middle else before
        halves["encoder" if at < middle else "decoder"] += tally(weights + bias, size)
    stages, left = 0, sizes
    while len(left) > 1:
        stages, left = stages + 1, left[1:-1]
    total = sum(halves.values())
    found = {**halves, "parameters": total, "bytes": bytes_of(total, env["dtype"]), "stages": stages}
    return found | {"compression_ratio": divide(sizes[0], left[0]), "code": left[0]}


def notes(env: Env, results: Results) -> Notes:
    """Where tying or leaving biases out gives another number."""
    if not env["tied"] and env["layers"] == env["layers"][::-1]:
        yield f"With tied weights: {results['encoder'] + env['b_d']} parameters."
    if env["code"] >= env["n"]:
        yield "The code is not smaller than the input: without a penalty such a network may simply copy."
