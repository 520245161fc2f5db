# Made by tests/stubs.py from the declarations of the calculators.
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias, overload

from cnnquiz.bank import Loaded
from cnnquiz.checks.report import Checked
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.reading import Reading
from cnnquiz.python_api import Solved

__version__: str
Number: TypeAlias = int | float | Fraction | str
Size: TypeAlias = int | str | Sequence[int]
Numbers: TypeAlias = str | Number | Sequence[Number]
Rows: TypeAlias = str | Sequence[Any]

def load_bank(name: str) -> Loaded: ...
def check(path: str) -> Checked: ...
def read(text: str, options: Sequence[str] = ()) -> Reading | Diagnosis: ...
def find(calculator: str, *unknown: str, **given: Any) -> tuple[dict[str, int], ...]: ...

@overload
def solve(
    calculator: Literal["activation"],
    want: Literal[
        "value",
        "derivative",
        "maximum_derivative",
        "value_exact",
        "derivative_exact"
    ] | None = None,
    *,
    function: Any = ...,
    activation: Any = ...,
    x: Number = ...,
    input: Number = ...,
    alpha: Number = ...,
    negative_slope: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["attention"],
    want: Literal[
        "output",
        "weights",
        "scores"
    ] | None = None,
    *,
    Q: Rows = ...,
    query: Rows = ...,
    K: Rows = ...,
    key: Rows = ...,
    V: Rows = ...,
    value: Rows = ...,
    causal: bool | str = ...,
    is_causal: bool | str = ...,
    scaled: bool | str = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["autoencoder"],
    want: Literal[
        "parameters",
        "encoder",
        "decoder",
        "compression_ratio",
        "stages",
        "bytes",
        "code"
    ] | None = None,
    *,
    layers: str | Sequence[int] = ...,
    layer_sizes: str | Sequence[int] = ...,
    tied: bool | str = ...,
    tied_weights: bool | str = ...,
    bias: bool | str = ...,
    dtype: Literal[
        "fp64",
        "fp32",
        "fp16",
        "int8"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["batchnorm"],
    want: Literal[
        "mean",
        "variance",
        "normalised",
        "output",
        "std",
        "new_running_mean",
        "new_running_var"
    ] | None = None,
    *,
    values: Numbers = ...,
    input: Numbers = ...,
    kind: Literal[
        "batch",
        "layer",
        "group"
    ] = ...,
    norm: Literal[
        "batch",
        "layer",
        "group"
    ] = ...,
    groups: Size = ...,
    num_groups: Size = ...,
    gamma: Number = ...,
    weight: Number = ...,
    beta: Number = ...,
    bias: Number = ...,
    eps: Number = ...,
    epsilon: Number = ...,
    batch_mean: Number = ...,
    batch_var: Number = ...,
    running_mean: Number = ...,
    running_var: Number = ...,
    momentum: Number = ...,
    inference: bool | str = ...,
    eval: bool | str = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["cell"],
    want: Literal[
        "new_h",
        "new_c",
        "input_gate",
        "forget_gate",
        "output_gate",
        "candidate",
        "reset_gate",
        "update_gate"
    ] | None = None,
    *,
    cell: Literal[
        "rnn",
        "lstm",
        "gru"
    ] = ...,
    h: Numbers = ...,
    hidden: Numbers = ...,
    c: Numbers = ...,
    cell_state: Numbers = ...,
    x: Numbers = ...,
    input: Numbers = ...,
    W: Rows = ...,
    weight_ih: Rows = ...,
    U: Rows = ...,
    weight_hh: Rows = ...,
    b: Numbers = ...,
    bias_ih: Numbers = ...,
    bh: Numbers = ...,
    bias_hh: Numbers = ...,
    nonlinearity: Literal[
        "tanh",
        "relu"
    ] = ...,
    i: Numbers = ...,
    input_gate: Numbers = ...,
    f: Numbers = ...,
    forget_gate: Numbers = ...,
    g: Numbers = ...,
    candidate: Numbers = ...,
    o: Numbers = ...,
    output_gate: Numbers = ...,
    z: Numbers = ...,
    update_gate: Numbers = ...,
    n: Numbers = ...,
    new_state: Numbers = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["conv"],
    want: Literal[
        "output_size",
        "output_shape",
        "parameters",
        "macs",
        "effective_kernel",
        "unused_border"
    ] | None = None,
    *,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    s: Size = ...,
    stride: Size = ...,
    p: Size | str = ...,
    padding: Size | str = ...,
    d: Size = ...,
    dilation: Size = ...,
    groups: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    filters: Size = ...,
    out_channels: Size = ...,
    bias: bool | str = ...,
    framework: Literal[
        "torch",
        "tf"
    ] = ...,
    strict: bool | str = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["conv2d"],
    want: Literal[
        "y",
        "value",
        "output_size",
        "dk",
        "dx",
        "db"
    ] | None = None,
    *,
    x: Rows = ...,
    input: Rows = ...,
    k: Rows = ...,
    weight: Rows = ...,
    b: Numbers = ...,
    bias: Numbers = ...,
    s: Size = ...,
    stride: Size = ...,
    p: Size = ...,
    padding: Size = ...,
    flip: bool | str = ...,
    dy: Rows = ...,
    grad_output: Rows = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["convolve"],
    want: Literal[
        "y",
        "value",
        "size",
        "y2",
        "y_sum",
        "superposition"
    ] | None = None,
    *,
    x: Rows = ...,
    input: Rows = ...,
    h: Rows = ...,
    kernel: Rows = ...,
    mode: Literal[
        "full",
        "valid",
        "same"
    ] = ...,
    correlate: bool | str = ...,
    bias: Number = ...,
    x2: Rows = ...,
    second_input: Rows = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["cost"],
    want: Literal[
        "macs",
        "flops",
        "parameters",
        "activations",
        "output_bytes",
        "output_mib",
        "weight_bytes_fp32",
        "weight_bytes_fp16",
        "weight_bytes_int8",
        "activation_bytes_fp32",
        "activation_bytes_fp16",
        "activation_bytes_int8",
        "training_bytes",
        "weight_size",
        "activation_size",
        "training_size"
    ] | None = None,
    *,
    network: Any = ...,
    layers: str | Sequence[Any] = ...,
    layer: Any = ...,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    batch: Size = ...,
    batch_size: Size = ...,
    optimizer: Literal[
        "sgd",
        "momentum",
        "nesterov",
        "nesterov-pytorch",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
        "amsgrad"
    ] = ...,
    unit: Literal[
        "kb",
        "kib",
        "mb",
        "mib",
        "gb",
        "gib"
    ] = ...,
    memory_unit: Literal[
        "kb",
        "kib",
        "mb",
        "mib",
        "gb",
        "gib"
    ] = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["delta"],
    want: Literal[
        "height",
        "area",
        "limit",
        "unbounded",
        "sifting",
        "discrete"
    ] | None = None,
    *,
    A: Number = ...,
    width: Number = ...,
    f: Any = ...,
    function: Any = ...,
    t0: Number = ...,
    time: Number = ...,
    n: Size = ...,
    index: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["dense"],
    want: Literal[
        "y",
        "augmented_weights",
        "augmented_input",
        "parameters",
        "weights"
    ] | None = None,
    *,
    inputs: Size = ...,
    in_features: Size = ...,
    units: Size = ...,
    out_features: Size = ...,
    bias: bool | str = ...,
    x: Numbers = ...,
    input: Numbers = ...,
    W: Rows = ...,
    weight: Rows = ...,
    b: Numbers = ...,
    bias_vector: Numbers = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["dropout"],
    want: Literal[
        "output",
        "scale",
        "expected",
        "expected_kept"
    ] | None = None,
    *,
    p: Number = ...,
    rate: Number = ...,
    x: Numbers = ...,
    input: Numbers = ...,
    mask: Numbers = ...,
    phase: Literal[
        "training",
        "inference"
    ] = ...,
    mode: Literal[
        "training",
        "inference"
    ] = ...,
    inverted: bool | str = ...,
    units: Size = ...,
    num_features: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["flatten"],
    want: Literal[
        "sizes",
        "shapes",
        "last_shape",
        "last_size",
        "last_channels",
        "flattened"
    ] | None = None,
    *,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    layers: str | Sequence[Any] = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["gan"],
    want: Literal[
        "value",
        "discriminator_loss",
        "generator_loss",
        "saturating_loss",
        "optimal",
        "optimal_value",
        "divergence"
    ] | None = None,
    *,
    real: Numbers = ...,
    real_outputs: Numbers = ...,
    fake: Numbers = ...,
    fake_outputs: Numbers = ...,
    data: Numbers = ...,
    data_density: Numbers = ...,
    model: Numbers = ...,
    model_density: Numbers = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["gradient"],
    want: Literal[
        "bound",
        "product",
        "maximum_derivative",
        "vanishes"
    ] | None = None,
    *,
    function: Any = ...,
    activation: Any = ...,
    slope: Number = ...,
    derivative: Number = ...,
    shortcut: bool | str = ...,
    residual: bool | str = ...,
    layers: Size = ...,
    num_layers: Size = ...,
    values: Numbers = ...,
    pre_activations: Numbers = ...,
    weights: Numbers = ...,
    weight: Numbers = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["impulse"],
    want: Literal[
        "h",
        "linear",
        "time_invariant",
        "lti",
        "causal"
    ] | None = None,
    *,
    equation: Any = ...,
    system: Any = ...,
    h: Numbers = ...,
    response: Numbers = ...,
    n: Size = ...,
    length: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["init"],
    want: Literal[
        "variance",
        "std",
        "bound",
        "fan_in",
        "fan_out"
    ] | None = None,
    *,
    scheme: Literal[
        "xavier",
        "he",
        "lecun"
    ] = ...,
    fan_in: Size = ...,
    in_features: Size = ...,
    fan_out: Size = ...,
    out_features: Size = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    filters: Size = ...,
    out_channels: Size = ...,
    mode: Literal[
        "fan-in",
        "fan-out"
    ] = ...,
    slope: Number = ...,
    negative_slope: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["iou"],
    want: Literal[
        "intersection",
        "union",
        "iou",
        "giou",
        "kept"
    ] | None = None,
    *,
    a: Numbers = ...,
    box1: Numbers = ...,
    b: Numbers = ...,
    box2: Numbers = ...,
    form: Literal[
        "corners",
        "size",
        "centre"
    ] = ...,
    box_format: Literal[
        "corners",
        "size",
        "centre"
    ] = ...,
    boxes: Rows = ...,
    scores: Numbers = ...,
    threshold: Number = ...,
    iou_threshold: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["linear"],
    want: Literal[
        "linear",
        "affine",
        "additive",
        "homogeneous"
    ] | None = None,
    *,
    operator: Any = ...,
    expression: Any = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["loss"],
    want: Literal[
        "loss",
        "terms",
        "gradient",
        "loss_exact"
    ] | None = None,
    *,
    kind: Literal[
        "mse",
        "mae",
        "half-squared",
        "huber",
        "hinge",
        "squared-hinge",
        "bce",
        "cross-entropy",
        "nll",
        "kl",
        "focal",
        "dice"
    ] = ...,
    loss: Literal[
        "mse",
        "mae",
        "half-squared",
        "huber",
        "hinge",
        "squared-hinge",
        "bce",
        "cross-entropy",
        "nll",
        "kl",
        "focal",
        "dice"
    ] = ...,
    p: Numbers = ...,
    input: Numbers = ...,
    logits: Numbers = ...,
    y: Numbers = ...,
    target: Numbers = ...,
    class_: Size = ...,
    class_index: Size = ...,
    delta: Number = ...,
    gamma: Size = ...,
    focusing: Size = ...,
    balance: Number = ...,
    alpha: Number = ...,
    smoothing: Number = ...,
    label_smoothing: Number = ...,
    weights: Numbers = ...,
    weight: Numbers = ...,
    reduction: Literal[
        "mean",
        "sum",
        "none"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["memory"],
    want: Literal[
        "bytes",
        "size",
        "numbers",
        "each"
    ] | None = None,
    *,
    shapes: Any = ...,
    sizes: Any = ...,
    batch: Size = ...,
    batch_size: Size = ...,
    dtype: Literal[
        "fp64",
        "fp32",
        "fp16",
        "int8"
    ] = ...,
    unit: Literal[
        "kb",
        "kib",
        "mb",
        "mib",
        "gb",
        "gib"
    ] = ...,
    memory_unit: Literal[
        "kb",
        "kib",
        "mb",
        "mib",
        "gb",
        "gib"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["metrics"],
    want: Literal[
        "accuracy",
        "precision",
        "recall",
        "f1",
        "specificity",
        "balanced_accuracy",
        "iou",
        "mcc",
        "macro_precision",
        "macro_recall",
        "macro_f1",
        "micro_precision",
        "micro_recall",
        "micro_f1",
        "weighted_precision",
        "weighted_recall",
        "weighted_f1",
        "mean_iou",
        "class_precision",
        "class_recall",
        "class_f1",
        "support"
    ] | None = None,
    *,
    matrix: Rows = ...,
    confusion_matrix: Rows = ...,
    rows: Literal[
        "true",
        "predicted"
    ] = ...,
    tp: Size = ...,
    true_positives: Size = ...,
    fp: Size = ...,
    false_positives: Size = ...,
    fn: Size = ...,
    false_negatives: Size = ...,
    tn: Size = ...,
    true_negatives: Size = ...,
    labels: Any = ...,
    y_true: Any = ...,
    predictions: Any = ...,
    y_pred: Any = ...,
    positive: Any = ...,
    pos_label: Any = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["mlp"],
    want: Literal[
        "output",
        "loss",
        "z1",
        "z2",
        "z3",
        "a1",
        "a2",
        "delta1",
        "delta2",
        "delta3",
        "dW1",
        "dW2",
        "dW3",
        "db1",
        "db2",
        "db3",
        "dx",
        "new_W1",
        "new_W2",
        "new_W3",
        "new_b1",
        "new_b2",
        "new_b3"
    ] | None = None,
    *,
    x: Numbers = ...,
    input: Numbers = ...,
    W1: Rows = ...,
    weight1: Rows = ...,
    b1: Numbers = ...,
    bias1: Numbers = ...,
    W2: Rows = ...,
    weight2: Rows = ...,
    b2: Numbers = ...,
    bias2: Numbers = ...,
    W3: Rows = ...,
    weight3: Rows = ...,
    b3: Numbers = ...,
    bias3: Numbers = ...,
    product: Any = ...,
    hidden: Any = ...,
    hidden_activation: Any = ...,
    output: Any = ...,
    output_activation: Any = ...,
    y: Numbers = ...,
    target: Numbers = ...,
    loss: Literal[
        "mse",
        "half-squared",
        "bce",
        "cross-entropy"
    ] = ...,
    alpha: Number = ...,
    lr: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["net"],
    want: Literal[
        "output_shape",
        "inputs",
        "parameters",
        "trainable",
        "trained",
        "stored",
        "macs",
        "flops",
        "conv_layers",
        "dense_layers",
        "filters",
        "flattened",
        "depth",
        "receptive_field",
        "jump",
        "weight_bytes",
        "activation_bytes",
        "layers",
        "parameters_difference",
        "macs_difference",
        "parameters_ratio",
        "macs_ratio"
    ] | None = None,
    *,
    network: Any = ...,
    layers: str | Sequence[Any] = ...,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    layer: Any = ...,
    count: Literal[
        "bias,bn,..."
    ] = ...,
    classes: Size = ...,
    num_classes: Size = ...,
    blocks: Numbers = ...,
    block_counts: Numbers = ...,
    trained: Any = ...,
    trained_layers: Any = ...,
    against: str | Sequence[Any] = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["params"],
    want: Literal[
        "parameters",
        "trainable",
        "stored",
        "weights",
        "biases"
    ] | None = None,
    *,
    layer: Literal[
        "conv",
        "dense",
        "depthwise",
        "separable",
        "batchnorm",
        "embedding"
    ] = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    filters: Size = ...,
    out_channels: Size = ...,
    groups: Size = ...,
    bias: bool | str = ...,
    framework: Literal[
        "torch",
        "tf"
    ] = ...,
    bn: bool | str = ...,
    batch_norm: bool | str = ...,
    inputs: Size = ...,
    in_features: Size = ...,
    units: Size = ...,
    out_features: Size = ...,
    features: Size = ...,
    num_features: Size = ...,
    vocabulary: Size = ...,
    num_embeddings: Size = ...,
    width: Size = ...,
    embedding_dim: Size = ...,
    out: Size = ...,
    out_size: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["pool"],
    want: Literal[
        "output_size",
        "output_shape",
        "parameters",
        "unused_border"
    ] | None = None,
    *,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    s: Size = ...,
    stride: Size = ...,
    p: Size | str = ...,
    padding: Size | str = ...,
    d: Size = ...,
    dilation: Size = ...,
    ceil: bool | str = ...,
    ceil_mode: bool | str = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["pool2d"],
    want: Literal[
        "y",
        "value",
        "output_size",
        "dx"
    ] | None = None,
    *,
    kind: Literal[
        "max",
        "average"
    ] = ...,
    pooling: Literal[
        "max",
        "average"
    ] = ...,
    x: Rows = ...,
    input: Rows = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    s: Size = ...,
    stride: Size = ...,
    p: Size = ...,
    padding: Size = ...,
    ceil: bool | str = ...,
    ceil_mode: bool | str = ...,
    counted: bool | str = ...,
    count_include_pad: bool | str = ...,
    dy: Rows = ...,
    grad_output: Rows = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["rf"],
    want: Literal[
        "receptive_field",
        "jump",
        "start",
        "first",
        "touched",
        "by_layer"
    ] | None = None,
    *,
    network: Any = ...,
    layers: str | Sequence[Any] = ...,
    layer: Any = ...,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    s: Size = ...,
    stride: Size = ...,
    d: Size = ...,
    dilation: Size = ...,
    n: Size = ...,
    number: Size = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["rnn"],
    want: Literal[
        "parameters",
        "input_weights",
        "recurrent_weights",
        "biases",
        "layer_parameters",
        "output_parameters"
    ] | None = None,
    *,
    cell: Literal[
        "rnn",
        "lstm",
        "gru"
    ] = ...,
    input: Size = ...,
    input_size: Size = ...,
    hidden: Size = ...,
    hidden_size: Size = ...,
    layers: Size = ...,
    num_layers: Size = ...,
    bidirectional: bool | str = ...,
    framework: Literal[
        "torch",
        "tf"
    ] = ...,
    biases: Size = ...,
    bias_vectors: Size = ...,
    outputs: Size = ...,
    out_features: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["schedule"],
    want: Literal[
        "rate",
        "drops",
        "share"
    ] | None = None,
    *,
    kind: Literal[
        "step",
        "exponential",
        "geometric",
        "inverse",
        "cosine",
        "linear",
        "warmup"
    ] = ...,
    schedule: Literal[
        "step",
        "exponential",
        "geometric",
        "inverse",
        "cosine",
        "linear",
        "warmup"
    ] = ...,
    alpha: Number = ...,
    lr: Number = ...,
    t: Size = ...,
    epoch: Size = ...,
    every: Size = ...,
    step_size: Size = ...,
    factor: Number = ...,
    decay_factor: Number = ...,
    k: Number = ...,
    decay: Number = ...,
    T: Size = ...,
    total: Size = ...,
    low: Number = ...,
    eta_min: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["softmax"],
    want: Literal[
        "probabilities",
        "probability",
        "probabilities_exact",
        "total",
        "predicted_class"
    ] | None = None,
    *,
    z: Numbers = ...,
    logits: Numbers = ...,
    class_: Size = ...,
    class_index: Size = ...,
    T: Number = ...,
    temperature: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["stability"],
    want: Literal[
        "largest_rate",
        "fastest_rate",
        "factor",
        "effective_rate",
        "converges"
    ] | None = None,
    *,
    curvature: Number = ...,
    second_derivative: Number = ...,
    J: Any = ...,
    loss: Any = ...,
    alpha: Number = ...,
    lr: Number = ...,
    gamma: Number = ...,
    momentum: Number = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["tconv"],
    want: Literal[
        "output_size",
        "output_shape",
        "parameters",
        "macs"
    ] | None = None,
    *,
    size: Size = ...,
    in_: Size = ...,
    in_size: Size = ...,
    k: Size = ...,
    kernel_size: Size = ...,
    s: Size = ...,
    stride: Size = ...,
    p: Size | str = ...,
    padding: Size | str = ...,
    d: Size = ...,
    dilation: Size = ...,
    op: Size = ...,
    output_padding: Size = ...,
    groups: Size = ...,
    channels: Size = ...,
    in_channels: Size = ...,
    filters: Size = ...,
    out_channels: Size = ...,
    bias: bool | str = ...,
    layout: Literal[
        "hwc",
        "chw"
    ] = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["train"],
    want: Literal[
        "iterations_per_epoch",
        "iterations",
        "last_batch",
        "effective_batch",
        "updates_per_epoch",
        "updates",
        "epoch_loss"
    ] | None = None,
    *,
    samples: Size = ...,
    num_samples: Size = ...,
    batch: Size = ...,
    batch_size: Size = ...,
    epochs: Size = ...,
    num_epochs: Size = ...,
    drop_last: bool | str = ...,
    accumulate: Size = ...,
    accumulation_steps: Size = ...,
    losses: Numbers = ...,
    batch_losses: Numbers = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["transformer"],
    want: Literal[
        "parameters",
        "projection_parameters",
        "attention_parameters",
        "feedforward_parameters",
        "norm_parameters",
        "layer_parameters",
        "head_width",
        "scores_shape",
        "attention_macs",
        "feedforward_macs",
        "macs"
    ] | None = None,
    *,
    D: Size = ...,
    d_model: Size = ...,
    heads: Size = ...,
    nhead: Size = ...,
    F: Size = ...,
    dim_feedforward: Size = ...,
    layers: Size = ...,
    num_layers: Size = ...,
    kind: Literal[
        "encoder",
        "decoder"
    ] = ...,
    bias: bool | str = ...,
    n: Size = ...,
    tokens: Size = ...,
    batch: Size = ...,
    batch_size: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["update"],
    want: Literal[
        "theta",
        "thetas",
        "gradients",
        "derivative",
        "velocity",
        "first_moment",
        "second_moment",
        "largest_second_moment",
        "corrected_first_moment",
        "corrected_second_moment",
        "first_bias_factor",
        "second_bias_factor",
        "rule",
        "J"
    ] | None = None,
    *,
    J: Any = ...,
    loss: Any = ...,
    gradient: Any = ...,
    grad: Any = ...,
    theta: Number = ...,
    parameter: Number = ...,
    alpha: Number = ...,
    lr: Number = ...,
    method: Literal[
        "sgd",
        "momentum",
        "nesterov",
        "nesterov-pytorch",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
        "amsgrad"
    ] = ...,
    optimizer: Literal[
        "sgd",
        "momentum",
        "nesterov",
        "nesterov-pytorch",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
        "amsgrad"
    ] = ...,
    steps: Size = ...,
    num_steps: Size = ...,
    wd: Number = ...,
    weight_decay: Number = ...,
    gamma: Number = ...,
    momentum: Number = ...,
    rho: Number = ...,
    decay: Number = ...,
    beta1: Number = ...,
    beta2: Number = ...,
    epsilon: Number = ...,
    eps: Number = ...,
    v0: Number = ...,
    momentum_buffer: Number = ...,
    m0: Number = ...,
    exp_avg: Number = ...,
    s0: Number = ...,
    square_avg: Number = ...,
    done: Size = ...,
    step: Size = ...,
) -> Solved: ...
@overload
def solve(
    calculator: Literal["vae"],
    want: Literal[
        "kl",
        "terms",
        "code",
        "loss"
    ] | None = None,
    *,
    mean: Numbers = ...,
    mu: Numbers = ...,
    std: Numbers = ...,
    sigma: Numbers = ...,
    var: Numbers = ...,
    variance: Numbers = ...,
    logvar: Numbers = ...,
    log_variance: Numbers = ...,
    noise: Numbers = ...,
    epsilon: Numbers = ...,
    reconstruction: Number = ...,
    reconstruction_loss: Number = ...,
    beta: Number = ...,
    kl_weight: Number = ...,
) -> Solved: ...
@overload
def solve(calculator: str, want: str | None = None, **given: Any) -> Solved: ...
