"""How people say quantities and results: the phrases, and on which side of them the value stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cnnquiz.language.tokens import singular


class Phrase(NamedTuple):
    """One way to say a quantity.

    words   its words, each in the singular
    names   the quantities that it can stand for, by their PyTorch names
    after   the kinds of value that may follow it: `n` a number, `s` a size, `l` a list, `w` a word (same, valid),
            `z` a number behind the word `size`: a kernel of size 3, `e` a number behind a sign: S = 2, filters: 8
    before  the kinds that may stand before it: 4 filters, a 7x7 kernel
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    after: str = ""
    before: str = ""


# names: after, before: phrases
_TABLE = """
kernel_size: ns, s: kernel size, filter size, pool size, window size, pooling size, kernel dimension, convolution size
kernel_size: nsz, s: kernel, window, pool, kernel matrix, filter matrix, convolutional kernel, convolution kernel
kernel_size: e, : k, f
stride: e, : s
padding: e, : p
dilation: e, : d
kernel_size: s, s: conv, convolution, convolution layer, conv layer, conv2d layer, convolutional layer, mask
kernel_size: s, s: max pooling
kernel_size: s, s: max pool, max pooling layer, average pooling, mean pooling, pooling window, pooling, pooling layer
kernel_size: sz, s: filter, convolutional filter, convolution filter
out_channels: n, : number of filter, number of kernel, out channel, output channel
out_channels: e, n: filter, kernel, mask
out_channels: , n: convolutional filter, convolution filter, convolution kernel
out_channels: , n: convolutional kernel, output channel, output feature map
out_channels: , n: output map, learned filter, learnable filter, filter kernel
in_channels out_channels num_features: n, n: channel, feature map, feature channel
in_channels: n, n: input channel, in channel, colour channel, color channel, image channel, input depth
in_size: sz, s: image, input image, input, input volume, input map, input feature map, input matrix, input signal
in_size: sz, s: picture, photo, input tensor, input picture
in_size: ns, s: input size, image size, input dimension, input shape, input width, input length
in_size: s, : applied to, applied on, spatial dimension, spatial size
in_size: s, s: map, feature map, activation map, volume, matrix, signal, tensor, pixel image
in_size: n, : axis, row, signal
stride: nsz, : stride, stride length
stride lr: n, : step
padding: nsw, nw: padding, zero padding
padding: nsw, w: pad, border
dilation: ns, : dilation, dilation rate, dilation factor, atrous rate
groups num_groups: n, n: group
output_padding: ns, : output padding
in_features: n, n: input, input feature, input neuron, input unit, input node, input value, feature
in_features: n, : in feature
out_features: n, : out feature
out_features: n, n: unit, neuron, node, hidden unit, hidden neuron, hidden node, output, output unit, output neuron
num_samples last_batch: n, n: sample, training sample, example, training example, image, training image, data point
num_samples last_batch: n, n: instance, picture, photo, record, item, pattern, training pattern, observation
batch_size: n, : batch size, minibatch size, mini batch size, batch of, mini batch of, minibatch of, batch size of
batch_size: , n: image per batch, sample per batch, example per batch
num_epochs: n, n: epoch, training epoch
lr: n, : learning rate, step size, alpha, eta, rate, α, η
momentum: n, : momentum, momentum coefficient, momentum factor, momentum term
iterations iterations_per_epoch num_steps: , n: iteration, update, step, update step, gradient step
number num_layers: , n: layer, convolutional layer, conv layer, conv2d layer
number num_layers: , n: convolution, convolution layer, convolutional stage, hidden layer
number num_layers: , n: sigmoid layer, tanh layer, relu layer, stacked layer, stacked convolution
temperature: n, : temperature
logits input: l, : logit, score
logits: l, : softmax, softmax of
input: l, : prediction, probability, predicted value, predicted probability, value, estimate
target: l, : target, true value, label, true label, desired value
class_index: n, : class
num_embeddings: n, n: word, vocabulary size, vocabulary of, token
embedding_dim: n, : embedding dimension, embedding size, embedding dim
num_features: , n: normalised channel
negative_slope: n, : negative slope, leak
weight: n, : gamma, γ, scale
eps: n, : epsilon, eps, ε
parameter: n, : theta, θ, w, weight
grad: n, : gradient
parameters trainable stored filter_parameters encoder decoder: n, n: parameter, trainable parameter, learnable parameter
weights filter_weights depthwise pointwise in_features out_features: , n: weight
biases: , n: bias
receptive_field: n, : receptive field
bias: n, : bias of
mean: n, : mean
variance: n, : variance
std: n, : standard deviation
output_size: , n: position, window position, output position
jumps: , n: jump
iterations_per_epoch: , n: batch, mini batch, minibatch
macs filter_weights: , n: multiply add, mac, multiplication
flops: , n: flop, floating point operation
out_size: s, s: output spatial size, output spatial dimension, output size, output shape, output dimension
out_size: , s: output, output volume, output map, output image, output feature map
out_size: , s: output matrix, output tensor, result, output layer
"""
CHANNEL_WORDS = {"rgb": 3, "grey": 1, "gray": 1, "greyscale": 1, "grayscale": 1, "monochrome": 1}
COLOURS = frozenset(("colour", "color", "coloured", "colored"))
PADDINGS = frozenset(("same", "valid"))
OPTIMISERS = frozenset(("momentum", "nesterov", "adam", "adagrad", "rmsprop", "adamw", "amsgrad"))
FUNCTIONS = {
    "sigmoid": "sigmoid", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu", "gelu": "gelu", "silu": "swish",
    "swish": "swish", "softplus": "softplus", "elu": "elu",
}  # fmt: skip
CONNECTORS = frozenset((
    "of", "is", "=", ":", "equal", "to", "size", "sized", "set", "was", "are", "each", "value", "dimension", "shape",
    "(", '"', "'", "“", "”", "‘", "’", "the", "that", "being", "with", "a", "has", "have", "measuring", "measure",
))  # fmt: skip
MOST_CONNECTORS = 5
ADJECTIVES = frozenset((
    "convolutional", "conv", "hidden", "learnable", "trainable", "training", "separate", "different", "such", "colour",
    "color", "rgb", "input", "output", "2d", "max", "square", "grey", "gray", "greyscale", "grayscale", "stacked",
    "feature", "fully", "connected", "dense", "identical", "equal", "independent", "odd", "more", "labelled", "labeled",
    "stride", "consecutive", "successive", "full", "complete",
))  # fmt: skip
MAKES = frozenset(("give", "make", "produce", "yield"))
NONE_BEFORE = frozenset(("no", "without", "zero"))


def _phrases() -> Iterator[Phrase]:
    for line in _TABLE.strip().splitlines():
        names, sides, words = line.split(":")
        after, before = (side.strip() for side in sides.split(","))
        for each in words.split(","):
            yield Phrase(tuple(map(singular, each.split())), tuple(names.split()), after, before)


def _by_first_word() -> dict[str, list[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in _phrases():
        found.setdefault(phrase.words[0], []).append(phrase)
    for phrases in found.values():
        phrases.sort(key=lambda phrase: -len(phrase.words))
    return found


PHRASES = _by_first_word()
