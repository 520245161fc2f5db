"""Transformer: parameters, shapes and multiply-adds of attention, feed-forward block and layer.

    attention: 4 (D D + D),  feed-forward: 2 D F + F + D,  two normalisations: 4 D

Source: Vaswani and others, Attention is all you need, 2017, section 3.
"""

from __future__ import annotations

from cnnquiz.errors import GivenError
from cnnquiz.layers.counts import tally
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Values, line, misconception
from cnnquiz.solver.givens import FLAG, choice, integer

_MOST = 10**6
_OF_TOKENS = Case("where n is given", lambda env: env["n"] is not None)
QUANTITIES = (
    Quantity("D", "d_model", integer(1, letters=False), "the width of the model: numbers of each token",
             positional=True),
    Quantity("heads", "nhead", integer(1, letters=False), "heads of the attention", 8, symbol="h"),
    Quantity("F", "dim_feedforward", integer(1, letters=False), "width of the feed-forward block; without one, 4 D",
             None),
    Quantity("layers", "num_layers", integer(1, letters=False), "layers alike", 1, symbol="L"),
    Quantity("kind", "kind", choice("encoder", "decoder"), "encoder, or decoder (with attention to the encoder too)",
             "encoder"),
    Quantity("bias", "bias", FLAG, "whether there are biases", True),
    Quantity("n", "tokens", integer(1, letters=False), "tokens of a sequence", None),
    Quantity("batch", "batch_size", integer(1, letters=False), "sequences of a batch", None, symbol="B",
             only=_OF_TOKENS),
)  # fmt: skip
RESULTS = (
    Result("parameters", "parameters of all layers", answer=True),
    Result("projection_parameters", "parameters that make queries, keys and values, of all heads", symbol="qkv"),
    Result("attention_parameters", "parameters of one multi-head attention", symbol="attention"),
    Result("feedforward_parameters", "parameters of one feed-forward block", symbol="feedforward"),
    Result("norm_parameters", "parameters of the normalisations of a layer", symbol="norms"),
    Result("layer_parameters", "parameters of one layer", symbol="layer"),
    Result("head_width", "numbers of a query, key or value of one head", symbol="width"),
    Result("scores_shape", "the shape of Q K': batch, heads, queries, keys", symbol="scores"),
    Result("attention_macs", "multiply-adds of one attention", symbol="mixing"),
    Result("feedforward_macs", "multiply-adds of one feed-forward block", symbol="dense"),
    Result("macs", "multiply-adds of all layers", answer=True),
)
LINES = (
    line("width", "D/h", "Width of a head", "The heads share the width of the model.", name="head_width"),
    line("w", "D*D", "Weights of a projection", "All heads together project D numbers to D."),
    line("qkv", "3*w", "Queries, keys and values", when="not bias"),
    line("qkv", "3*(w + D)", "Queries, keys and values", "Each projection has a bias for each output.", when="bias"),
    line("attention", "qkv + w", "Attention", "What the heads give passes through one more projection.",
         when="not bias"),
    line("attention", "qkv + w + D", "Attention", "What the heads give passes through one more projection.",
         when="bias"),
    line("feedforward", "D*F + F*D", "Feed-forward block", "Up to F and down again.", when="not bias"),
    line("feedforward", "D*F + F + F*D + D", "Feed-forward block", "Up to F and down again, with biases.", when="bias"),
    line("norms", "blocks*D", "Normalisations", "Behind each block, a scale for each of D numbers.",
         when="not bias"),
    line("norms", "blocks*2*D", "Normalisations", "Behind each block, a scale and a shift for each of D numbers.",
         when="bias"),
    line("layer", "(blocks - 1)*attention + feedforward + norms", "One layer"),
    line("parameters", "L*layer", "All layers"),
    line("scores", "shape(h, n, n)", "Shape of the scores", "Each head compares each token with each.",
         when="has_tokens and not has_batch"),
    line("scores", "shape(B, h, n, n)", "Shape of the scores", "Each head compares each token with each.",
         when="has_batch"),
    line("mixing", "4*n*w + 2*n*n*D", "Multiply-adds of attention",
         "Four projections of each token; then Q K', and the weights times V.", when="has_tokens and not has_batch"),
    line("mixing", "B*(4*n*w + 2*n*n*D)", "Multiply-adds of attention",
         "Four projections of each token; then Q K', and the weights times V.", when="has_batch"),
    line("dense", "2*n*D*F", "Multiply-adds of the feed-forward block", when="has_tokens and not has_batch"),
    line("dense", "B*2*n*D*F", "Multiply-adds of the feed-forward block", when="has_batch"),
    line("macs", "L*((blocks - 1)*mixing + dense)", "All layers", when="has_tokens"),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("one-head", "That is one head: all heads together project to the full width.",
                  qkv="3*D*width"),
    misconception("heads-multiplied", "The heads share the width; they do not each have all of it.", w="h*D*D"),
    misconception("forgot-output-projection", "What the heads give passes through one more projection.",
                  attention="qkv"),
    misconception("forgot-biases", "The biases are missing.", qkv="3*w", attention="3*w + w",
                  feedforward="D*F + F*D", norms="blocks*D"),
    misconception("forgot-norms", "The normalisations learn too.", layer="(blocks - 1)*attention + feedforward"),
    misconception("forgot-cross-attention", "A decoder also attends to the encoder.",
                  layer="attention + feedforward + norms"),
    misconception("up-only", "The feed-forward block goes up to F, and down again.", feedforward="D*F + F"),
    misconception("linear-scores", "Each token is compared with each: n times n scores.", mixing="4*n*w + 2*n*D"),
    misconception("forgot-layers", "There are several layers.", parameters="layer"),
)  # fmt: skip
TOPIC = "sequences, attention"
SYNONYMS = ("multi-head attention", "mha", "transformer encoder: kind encoder", "transformer decoder: kind decoder")
SHORTHAND = ("D heads",)
EXAMPLES = ("512 --heads 8", "256 --heads 4 --n 64 --batch 16", "512 --heads 8 --F 2048 --layers 6 --kind decoder")
CONVENTIONS = {
    "multiply-adds": lambda env: "one multiply-add is one MAC, without softmax, biases and normalisation"
    if env["n"] else "",
    "decoder": lambda env: "as many tokens come from the encoder" if env["n"] and env["kind"] == "decoder" else "",
    "embedding": "not counted",
}
LETTERS = {"blocks": "blocks of a layer: 2 (encoder) or 3 (decoder)", "w": "weights of one projection"}


def prepare(values: Values) -> Values:
    """The blocks of a layer, and the usual width of the feed-forward block."""
    for name in ("D", "F", "layers", "n", "batch", "heads"):
        if (values[name] or 0) > _MOST:
            raise GivenError(f"{name}: at most {_MOST:,} are worked", name)
    if values["D"] % values["heads"]:
        raise GivenError(f"heads: {values['D']} is no multiple of {values['heads']}: each head takes a share", "heads")
    return {**values, "F": values["F"] or 4 * values["D"], "blocks": 2 if values["kind"] == "encoder" else 3,
            "has_tokens": values["n"] is not None, "has_batch": values["batch"] is not None}  # fmt: skip


def count(env: Env) -> Values:
    """Head by head and block by block, every array of numbers by itself."""
    D, F, n, extra = env["D"], env["F"], env["n"], 1 if env["bias"] else 0
    width = len(range(0, D, env["heads"]))

    def projection(inputs: int, outputs: int) -> int:
        return tally(inputs + extra, outputs)

    heads = tally(projection(D, width), env["heads"])
    found: Values = {"head_width": width, "projection_parameters": sum(heads for _ in "qkv")}
    found["attention_parameters"] = sum(heads for _ in "qkv") + projection(D, D)
    found["feedforward_parameters"] = projection(D, F) + projection(F, D)
    blocks = ["attention", *(["attention"] if env["kind"] == "decoder" else []), "feedforward"]
    found["norm_parameters"] = sum(D + D * extra for _ in blocks)
    found["layer_parameters"] = found["norm_parameters"] + sum(found[f"{one}_parameters"] for one in blocks)
    found["parameters"] = tally(found["layer_parameters"], env["layers"])
    if n is not None:
        shape = (env["heads"], n, n)
        found["scores_shape"] = shape if env["batch"] is None else (env["batch"], *shape)
        of_head = sum(tally(n, D, width) for _ in "qkv") + tally(n, width, n) + tally(n, n, width)
        sequences = env["batch"] or 1
        found["attention_macs"] = tally(tally(of_head, env["heads"]) + tally(n, D, D), sequences)
        found["feedforward_macs"] = tally(tally(n, D, F) + tally(n, F, D), sequences)
        found["macs"] = tally(sum(found[f"{one}_macs"] for one in blocks), env["layers"])
    return found
