"""The constructors of layers in PyTorch and Keras: the order, names and defaults of their arguments, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.patterns import pattern

TORCH, KERAS = "torch", "keras"
_NEEDED = object()

# A line: constructors (# is 1d, 2d or 3d), their kind here, and their arguments in their order, name:short=default.
# An argument without a short name changes neither shapes nor counts. Behind * they are given by name only.
_SIGNATURES = {TORCH: """
Conv#                conv       in_channels:channels out_channels:out kernel_size:k stride:s=1 padding:p=0 \
dilation:d=1 groups:groups=1 bias:bias=True padding_mode
LazyConv#                   conv       out_channels:out kernel_size:k stride:s=1 padding:p=0 dilation:d=1 \
groups:groups=1 bias:bias=True padding_mode
ConvTranspose#              tconv      in_channels:channels out_channels:out kernel_size:k stride:s=1 padding:p=0 \
output_padding:op=0 groups:groups=1 bias:bias=True dilation:d=1 padding_mode
MaxPool#                    maxpool    kernel_size:k stride:s=None padding:p=0 dilation:d=1 \
return_indices:indices=False ceil_mode:ceil=False
AvgPool#                    avgpool    kernel_size:k stride:s=None padding:p=0 ceil_mode:ceil=False count_include_pad \
divisor_override
AdaptiveAvgPool#            adaptive   output_size:size
AdaptiveMaxPool#            adaptivemaxpool output_size:size return_indices:indices=False
Upsample                   upsample   size:size=None scale_factor:k=None mode align_corners recompute_scale_factor
UpsamplingNearest# UpsamplingBilinear# upsample size:size=None scale_factor:k=None
ZeroPad# ReflectionPad# ReplicationPad# ConstantPad# pad padding:p value
PixelShuffle               pixelshuffle upscale_factor:k
PixelUnshuffle             pixelunshuffle downscale_factor:k
ChannelShuffle             identity   groups
Flatten                    flatten    start_dim:start=1 end_dim:end=-1
Unflatten                  unflatten  dim:axis unflattened_size:shape
Linear                     dense      in_features:inputs out_features:out bias:bias=True
LazyLinear                 dense      out_features:out bias:bias=True
BatchNorm# SyncBatchNorm    bn         num_features:channels eps momentum affine:affine=True \
track_running_stats:running=True
LazyBatchNorm#              bn         eps momentum affine:affine=True track_running_stats:running=True
InstanceNorm#               instancenorm num_features:channels eps momentum affine:affine=False \
track_running_stats:running=False
GroupNorm                  groupnorm  num_groups:groups num_channels:channels eps affine:affine=True
LayerNorm                  layernorm  normalized_shape:shape eps elementwise_affine:affine=True bias:bias=True
LocalResponseNorm          lrn        size alpha beta k
Dropout Dropout# AlphaDropout FeatureAlphaDropout dropout p:rate=0.5 inplace
Embedding                  embedding  num_embeddings:vocabulary embedding_dim:width padding_idx max_norm norm_type \
scale_grad_by_freq sparse
LSTM GRU                   recurrent  input_size:input hidden_size:hidden num_layers:layers=1 bias:bias=True \
batch_first:batch_first=False dropout bidirectional:bidirectional=False proj_size:projection=0
RNN                        recurrent  input_size:input hidden_size:hidden num_layers:layers=1 nonlinearity \
bias:bias=True batch_first:batch_first=False dropout bidirectional:bidirectional=False
PReLU                      prelu      num_parameters:learned=1 init
ReLU ReLU6 SELU SiLU Mish Hardswish Hardsigmoid activation inplace
ELU CELU                   activation alpha inplace
LeakyReLU                  activation negative_slope inplace
Hardtanh                   activation min_val max_val inplace
Threshold                  activation threshold value inplace
RReLU                      activation lower upper inplace
GELU                       activation approximate
Sigmoid Tanh LogSigmoid Softsign Tanhshrink activation
Softplus                   activation beta threshold
Softmax Softmax# LogSoftmax Softmin activation dim
Identity                   identity
""", KERAS: """
Conv#                conv       filters:out kernel_size:k strides:s=1 padding:p=valid data_format:format=None \
dilation_rate:d=1 groups:groups=1 activation use_bias:bias=True
DepthwiseConv#              depthwise  kernel_size:k strides:s=1 padding:p=valid depth_multiplier:multiplier=1 \
data_format:format=None dilation_rate:d=1 activation use_bias:bias=True
SeparableConv#              separable  filters:out kernel_size:k strides:s=1 padding:p=valid data_format:format=None \
dilation_rate:d=1 depth_multiplier:multiplier=1 activation use_bias:bias=True
ConvTranspose#       tconv      filters:out kernel_size:k strides:s=1 padding:p=valid * output_padding:op=None \
data_format:format=None dilation_rate:d=1 activation use_bias:bias=True
MaxPooling# MaxPool#         maxpool    pool_size:k=2 strides:s=None padding:p=valid data_format:format=None
AveragePooling# AvgPool#     avgpool    pool_size:k=2 strides:s=None padding:p=valid data_format:format=None
GlobalAveragePooling# GlobalAvgPool# gap data_format:format=None keepdims:keep=False
GlobalMaxPooling# GlobalMaxPool# gmp    data_format:format=None keepdims:keep=False
UpSampling#                 upsample   size:k=2 * data_format:format=None interpolation
ZeroPadding#                pad        padding:p=1 data_format:format=None
Cropping#                   crop       cropping:p=0 data_format:format=None
Flatten                    flatten    data_format
Dense                      dense      units:out activation use_bias:bias=True
BatchNormalization         bn         axis:axis=-1 momentum epsilon center:center=True scale:scale=True
LayerNormalization         layernorm  axis:axis=-1 epsilon center:center=True scale:scale=True
Dropout AlphaDropout GaussianDropout dropout rate noise_shape seed
SpatialDropout#             dropout    rate:rate data_format seed
GaussianNoise              noise      stddev seed
Embedding                  embedding  input_dim:vocabulary output_dim:width embeddings_initializer \
embeddings_regularizer mask_zero input_length
LSTM GRU SimpleRNN         recurrent  units:hidden activation recurrent_activation * use_bias:bias=True \
return_sequences:sequences=False return_state:state=False dropout recurrent_dropout reset_after:reset_after=True \
unit_forget_bias stateful unroll go_backwards implementation time_major
Activation                 activation activation:mode
ReLU                       activation max_value negative_slope threshold
LeakyReLU                  activation alpha negative_slope
ELU                        activation alpha
Softmax                    activation axis
PReLU                      kerasprelu * shared_axes:shared=None
Reshape                    reshape    target_shape:shape
Permute                    permute    dims:shape
RepeatVector               repeat     n:k
Rescaling                  identity   scale offset
Input InputLayer           input      shape:shape=None batch_size
Masking ActivityRegularization Normalization identity mask_value
"""}  # fmt: skip
_IDLE = {TORCH: {"device", "dtype"}, KERAS: {
    "name", "dtype", "input_shape", "batch_input_shape", "input_dim", "activity_regularizer", "autocast", "batch_shape",
    *(f"{weights}_{what}" for weights in ("kernel", "bias", "depthwise", "pointwise", "recurrent", "beta", "gamma",
      "alpha", "moving_mean", "moving_variance") for what in ("initializer", "regularizer", "constraint")),
}}  # fmt: skip
_NAME = pattern(r"([A-Z]\w*?)([123])([dD])(Transpose)?")
_KERAS_NAMES = {"tf", "tensorflow", "keras", "tfk", "tfkl", "tfl", "kl"}


class Argument(Struct, frozen=True):
    """One argument of a constructor: its name there, ours (empty: without effect), and its default."""

    name: str
    short: str
    default: Any


class Constructor(Struct, frozen=True):
    """What makes one kind of layer: its word here, its framework, its arguments, and how many go without a name."""

    name: str
    word: str
    framework: str
    axes: int
    arguments: tuple[Argument, ...]
    positional: int

    def values(self, args: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by our short names, defaults put in; GivenError for those that it does not take."""
        if self.name == "Identity":  # takes anything and does nothing with it
            return {}
        if len(args) > self.positional:
            raise GivenError(f"{self.name} takes {self.positional} arguments without a name, not {len(args)}", "layers")
        given = {argument.name: value for argument, value in zip(self.arguments, args, strict=False)}
        known = {argument.name for argument in self.arguments}
        for name, value in named.items():
            if name in given:
                raise GivenError(f"{self.name} gets {name} twice", "layers")
            if name not in known and name not in _IDLE[self.framework] and not (name, value) == ("trainable", True):
                raise GivenError(f"{self.name} takes no {name}", "layers")
            given[name] = value
        missing = [one.name for one in self.arguments if one.default is _NEEDED and one.name not in given]
        if missing:
            raise GivenError(f"{self.name} has no {' and no '.join(missing)}", "layers")
        return {one.short: given.get(one.name, one.default) for one in self.arguments if one.short}


def _arguments(words: Sequence[str]) -> Iterator[Argument]:
    for word in words:
        named, _, default = word.partition("=")
        name, _, short = named.partition(":")
        needed = short and not default
        yield Argument(name, short, _NEEDED if needed else _default(default))


def _default(word: str) -> Any:
    literals = {"": None, "None": None, "True": True, "False": False}
    return literals[word] if word in literals else int(word) if word.lstrip("-").isdigit() else word


@cache
def _table() -> dict[tuple[str, str], tuple[str, tuple[Argument, ...], int]]:
    """By framework and name without its axes: the kind, the arguments, and how many of them go without a name."""
    table = {}
    for framework, text in _SIGNATURES.items():
        for line in text.strip().splitlines():
            words = line.split()
            at = next(n for n, word in enumerate(words) if word[0].islower())
            rest = words[at + 1 :]
            positional = rest.index("*") if "*" in rest else len(rest)
            arguments = tuple(_arguments([word for word in rest if word != "*"]))
            for name in words[:at]:
                for one in name.split("_"):
                    table[framework, one] = (words[at], arguments, positional)
    return table


@lru_cache(maxsize=1024)
def constructors(dotted: str, framework: str = "") -> tuple[Constructor, ...]:
    """What a name may construct: nn.Conv2d, layers.Conv2D, Dense; more than one where both frameworks have it.

    framework  whose names these are, where the name itself does not say it
    """
    *path, name = dotted.split(".")
    match = _NAME.fullmatch(name)
    stem = name if match is None else match[1] + (match[4] or "") + "#"
    axes = int(match[2]) if match else 0
    if match:
        sides = [TORCH if match[3] == "d" else KERAS]
    elif {*path} & _KERAS_NAMES:
        sides = [KERAS]
    elif path and path[-1] in ("nn", "torch"):
        sides = [TORCH]
    else:
        sides = [framework] if framework else [TORCH, KERAS]
    found = []
    for side in sides:
        if entry := _table().get((side, stem)):
            word, arguments, positional = entry
            found.append(Constructor(name, word, side, axes, arguments, positional))
    return tuple(found)
