"""Recurrent layer: parameters of an RNN, LSTM or GRU, layer by layer.

    g (H I + H H + biases H), with g = 1 (RNN), 4 (LSTM) or 3 (GRU)

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 10.10.
"""

from __future__ import annotations

from cnnquiz.errors import GivenError
from cnnquiz.layers import families
from cnnquiz.layers.counts import tally
from cnnquiz.solver.calculator import Env, Notes, Quantity, Result, Results, Values, line, misconception
from cnnquiz.solver.givens import FLAG, choice, integer

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}
_MOST = 10**6
QUANTITIES = (
    Quantity("cell", "cell", choice(*_GATES), "rnn, lstm or gru", positional=True),
    Quantity("input", "input_size", integer(1, letters=False), "numbers that come in at each step", symbol="I"),
    Quantity("hidden", "hidden_size", integer(1, letters=False), "numbers of the hidden state", symbol="H"),
    Quantity("layers", "num_layers", integer(1, letters=False), "layers, one on top of another", 1, symbol="L"),
    Quantity("bidirectional", "bidirectional", FLAG, "whether each layer also runs backwards", False),
    Quantity("framework", "framework", families.FRAMEWORK, "torch: two vectors of biases a gate; tf: Keras, one "
             "(two for the GRU)", None),
    Quantity("biases", "bias_vectors", integer(0, letters=False), "vectors of biases a gate: 0, 1 or 2", None,
             symbol="B"),
    Quantity("outputs", "out_features", integer(1, letters=False), "outputs of a dense layer behind it", None,
             symbol="O"),
)  # fmt: skip
RESULTS = (
    Result("parameters", "all trainable numbers", answer=True),
    Result("input_weights", "weights from the input, of the first layer in one direction", symbol="W"),
    Result("recurrent_weights", "weights from the hidden state, of one layer in one direction", symbol="U"),
    Result("biases", "biases of one layer in one direction", symbol="b"),
    Result("layer_parameters", "parameters of the first layer", symbol="first"),
    Result("output_parameters", "parameters of the dense layer behind", symbol="dense"),
)
LINES = (
    line("g", "4", "Sets of weights", "Three gates and the candidate have one each.", when="sets == 4"),
    line("g", "3", "Sets of weights", "Two gates and the candidate have one each.", when="sets == 3"),
    line("g", "1", when="sets == 1"),
    line("W", "g*H*I", "Weights from the input", "Every gate connects each hidden number with each input.",
         name="input_weights"),
    line("U", "g*H*H", "Recurrent weights", "Every gate connects each hidden number with the hidden state before.",
         name="recurrent_weights"),
    line("b", "g*B*H", "Biases", "Every gate has so many for each hidden number.", name="biases", when="B > 0"),
    line("b", "0", when="B == 0"),
    line("one", "W + U + b", "One direction", when="D == 2"),
    line("first", "2*one", "First layer", "Backwards it has weights of its own.", when="D == 2"),
    line("first", "W + U + b", "First layer", when="D == 1"),
    line("above", "D*g*H*(D*H + H + B)", "Each layer above", "It takes the hidden states of the layer below.",
         when="L > 1"),
    line("stack", "first + (L - 1)*above", "All layers", when="L > 1"),
    line("stack", "first", when="L == 1"),
    line("dense", "O*(D*H + 1)", "Dense layer", "It takes the hidden state.", when="has_outputs and B > 0"),
    line("dense", "O*D*H", "Dense layer", "It takes the hidden state.", when="has_outputs and B == 0"),
    line("parameters", "stack + dense", "Together", when="has_outputs"),
    line("parameters", "stack", when="not has_outputs"),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("one-set", "An LSTM has four sets of weights, a GRU three.", g="1"),
    misconception("forgot-candidate", "The candidate has weights of its own, beside those of the gates.",
                  g="max(sets - 1, 1)"),
    misconception("forgot-biases", "The biases are missing.", b="0", above="D*g*H*(D*H + H)", dense="O*D*H"),
    misconception("one-bias-vector", "There are two vectors of biases: one for the input, one for the hidden state.",
                  b="g*H*min(B, 1)", above="D*g*H*(D*H + H + min(B, 1))"),
    misconception("two-bias-vectors", "There is one vector of biases a gate here.",
                  b="g*H*min(2*B, 2)", above="D*g*H*(D*H + H + min(2*B, 2))"),
    misconception("forgot-recurrent", "The hidden state before comes in too.", U="0"),
    misconception("one-direction", "Backwards the layer has weights of its own.",
                  first="W + U + b", above="g*H*(H + H + B)", dense="O*(H + min(B, 1))"),
    misconception("layers-alike", "The layers above take hidden states, not the input.", stack="L*first"),
    misconception("forgot-dense", "The dense layer behind counts too.", parameters="stack"),
)  # fmt: skip
TOPIC = "sequences, attention"
SYNONYMS = ("lstm: cell lstm", "gru: cell gru", "rnn: cell rnn", "simplernn: cell rnn")
SHORTHAND = ("cell input hidden",)
EXAMPLES = ("lstm --input 10 --hidden 20", "rnn --input 10 --hidden 20 --outputs 5 --biases 0",
            "gru --input 64 --hidden 32 --layers 2 --bidirectional yes --framework tf")  # fmt: skip
CONVENTIONS = {
    "biases": lambda env: ("none", "one vector a gate", "two vectors a gate")[env["B"]] + _whose(env),
}
LETTERS = {"g": "sets of weights: 1, 4 or 3", "D": "directions"}


def _whose(env: Env) -> str:
    return {"torch": " (PyTorch)", "tf": " (Keras)"}[env["framework"] or "torch"] if env["biases"] is None else ""


def prepare(values: Values) -> Values:
    """The number of gates, directions and vectors of biases."""
    if values["biases"] is not None and values["framework"] is not None:
        raise GivenError("give the framework, or how many vectors of biases there are (and not both)", "biases")
    if (values["biases"] or 0) > 2:
        raise GivenError("biases: there are 0, 1 or 2 vectors of them", "biases")
    for name in ("input", "hidden", "layers", "outputs"):
        if (values[name] or 0) > _MOST:
            raise GivenError(f"{name}: at most {_MOST:,} are worked", name)
    by_framework = 1 if values["framework"] == "tf" and values["cell"] != "gru" else 2
    vectors = by_framework if values["biases"] is None else values["biases"]
    return {**values, "sets": _GATES[values["cell"]], "D": 2 if values["bidirectional"] else 1, "B": vectors,
            "has_outputs": values["outputs"] is not None}  # fmt: skip


def count(env: Env) -> Values:
    """Number by number: what comes to each hidden number of each gate, added up over all of them."""
    gates, hidden, inputs, outputs = env["sets"], env["hidden"], env["input"], env["outputs"]
    directions = ("forwards", "backwards") if env["bidirectional"] else ("forwards",)

    def layer(width: int) -> int:
        """The parameters of a layer that takes so many numbers."""
        of_one_number = width + hidden + sum(1 for _ in range(env["B"]))
        return sum(tally(of_one_number, hidden, gates) for _ in directions)

    found = {"input_weights": tally(inputs, hidden, gates), "recurrent_weights": tally(hidden, hidden, gates)}
    found |= {"biases": tally(hidden, gates, env["B"]) if env["B"] else 0, "layer_parameters": layer(inputs)}
    above = layer(sum(hidden for _ in directions))
    whole = found["layer_parameters"] + sum(above for _ in range(1, env["layers"]))
    if outputs is not None:
        into = sum(hidden for _ in directions) + (1 if env["B"] else 0)
        found["output_parameters"] = tally(into, outputs)
        whole += found["output_parameters"]
    return {**found, "parameters": whole}


def notes(env: Env, results: Results) -> Notes:
    """What the other number of biases gives."""
    if env["B"] and env["biases"] is None:
        other = count({**env, "B": 3 - env["B"]})["parameters"]
        yield f"With {'one vector' if env['B'] == 2 else 'two vectors'} of biases a gate it is {other:,}."

