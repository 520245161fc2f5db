"""What questions are about: for each calculator the words that name it, and how its results are asked for."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct


class Topic(Struct, frozen=True):
    """One calculator as questions speak of it.

    needs  what a question must say somewhere to be about it
    words  further words that belong to it; the words of another topic alone belong to another calculator
    idle   quantities that may be said although they change none of its results
    asks   each group of results with the way to ask for it; the first result that there is answers it
    """

    calculator: str
    needs: re.Pattern[str]
    words: frozenset[str]
    asks: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]
    idle: frozenset[str] = frozenset(("activation",))


_SIZE = r"(?:size|shape|dimension|dimensionality|resolution|width and height|height and width|width|height|volume)"
_MADE = r"(?:output|resulting|result|convoluted|convolved|pooled|final|produced|feature map|activation map|data)"
_LOOSE = r"(?:(?:the|spatial|image|feature|map|layer|matrix|tensor|this|that|each|of|a|total|volume|convolution) )"
_OUTPUT = (
    rf"{_MADE} {_LOOSE}*?{_SIZE}|{_SIZE} (?:of |be |for ){_LOOSE}*?{_MADE}(?: (?:feature|map|matrix|tensor|volume|image))*"
    r"|output (?:volume|feature map|map|tensor)"
)
_COUNT = r"(?:number of|total|overall|all|the|trainable|learnable|learned|free|model|network|layer|of) "
_PARAMETERS = rf"(?:{_COUNT})*(?:parameter|param)(?: count)?|(?:{_COUNT})+weight"
_MACS = r"(?:number of )?(?:multiply (?:add|accumulate)|mac|multiplication|multiply and accumulate)(?: operation)?"

# calculator | needs | words | results: pattern | ...
_ROWS = (
    ("conv", r"conv|filter|kernel|cross correlat",
     "convolution convolutional convolve convolved convolving convoluted conv conv2d convnet cnn filter kernel",
     {"output_shape output_size": _OUTPUT, "parameters": _PARAMETERS, "macs": _MACS}),
    ("tconv", r"transpose|deconv|up ?conv",
     "transposed transpose convtranspose2d deconvolution deconv upconvolution upsampling convolution convolutional conv"
     " convolve cnn filter kernel",
     {"output_shape output_size": _OUTPUT, "parameters": _PARAMETERS}),
    ("pool", r"pool",
     "pool pooling pooled maxpool maxpooling maxpooling2d avgpool max average mean cnn convolutional filter kernel",
     {"output_shape output_size": _OUTPUT, "parameters": _PARAMETERS}),
    ("dense", r"fully connected|dense|linear|neuron|node|unit|perceptron|hidden",
     "fully connected dense linear neuron node unit perceptron hidden fc",
     {"parameters": _PARAMETERS}),
    ("rf", r"receptive field",
     "receptive field convolution convolutional conv cnn filter kernel stacked",
     {"receptive_field": r"(?:size of )?(?:the )?(?:effective |theoretical |total )?receptive field(?: size)?"}),
    ("train", r"batch|epoch|iteration|gradient descent|sgd",
     "batch epoch iteration update step gradient descent stochastic sgd minibatch mini sample example training train"
     " trained weight per dataset data set record parameter optimizer",
     {"iterations_per_epoch":
      r"(?:update|iteration|batche?|step|mini batch|weight update|parameter update|gradient update|gradient step)"
      r"(?: (?:are there|will be|are|occur|happen|performed|made|done|there|needed|doe|it|take))*"
      r" (?:in|per|during|for|make|within|to complete|for completing)(?: (?:up))? (?:one|a|an|each|every|a single|1|~) (?:training )?epoch",
      "iterations": r"(?:total )?(?:number of )?(?:weight |parameter |gradient )?(?:update|iteration|step)"}),
)  # fmt: skip


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic, in the order in which they are tried."""
    return tuple(_topic(*row) for row in _ROWS)


def _topic(name: str, needs: str, words: str, asks: dict[str, str]) -> Topic:
    patterns = tuple((tuple(results.split()), re.compile(rf"\b(?:{asked})\b")) for results, asked in asks.items())
    return Topic(name, re.compile(rf"\b(?:{needs})"), frozenset(words.split()), patterns)


CUE = re.compile(
    r"\b(?:how many|how much|how large|how big|what|which|calculate|compute|determine|find|give|state|derive|work out"
    r"|evaluate|estimate|number of)\b"
)
QUANTITIES = {  # how a question asks for what is usually given
    "p": r"(?:padding|zero padding)(?: (?:value|size|amount|p|per side|on each side))*",
    "s": r"stride(?: value| length)?",
    "filters": r"how many (?:filter|kernel)|number of (?:filter|kernel)",
    "k": r"(?:kernel|filter|window) size|size of (?:the )?(?:kernel|filter|window)",
}
UNREADABLE = re.compile(r"\b(?:size mismatch|shapes cannot be multiplied|Traceback \(most recent|\w*Error:)")
NEUTRAL = re.compile(  # what gives nothing, though it has numbers
    r"\bnot (?:using|use) (?:a|any) convolutional (?:neural )?(?:network|layer)s?"
    r"|\((?: ?(?:m|n|h|w|f|height|width|channel|depth|batch size|hwc|chw|x|,|in pixel|pixel))+ ?\)(?: =)?"
    r"|(?:rounded |round |correct |accurate )*(?:up |your answer )?(?:to|upto) (?:# |two |three |four )?(?:decimal|significant) (?:place|digit|figure|point)?"
    r"|\b(?:first|second|third|next|last|1st|2nd|final) (?:hidden |convolutional |conv |convolution )?layer\b"
)
"""Phrases that explain themselves."""

KNOWN = frozenset("""
a an the this that these those it its you your we us our let i one each every any all some such there here which what
who whose when where then than as at by for from in into of off on onto over through to under up upon with within
and or if so but also only is are was were be been being am has have had having do doe did can could will would shall
should may might must suppose consider assume assuming given give take let say imagine following follow below above
use using used apply applied applying applie pass passe passed passing feed fed make made produce produced get got
obtain perform performed performing run calculate compute determine find state what how many much number total overall
value question answer choose select option correct please show result resulting come out
image picture photo input output layer network neural deep model architecture volume matrix tensor map feature channel
pixel size shape dimension dimensional dimensionality spatial width height depth color colour rgb grayscale greyscale
grey gray 2d 3d 1d single simple standard typical square basic stride padding zero pad padded side unit step operation
parameter weight bias trainable learnable learned including count counted per after before first next last final
number hidden connected fully exactly same size formula equal equals whole full batch data receive receives sequentially
consist consisting contain contain contains composed become happen expected think your own e g etc mean pytorch
tensorflow keras framework because since thus therefore now keep kept valid know known called named cnn activation relu
define defined definition instead want need required require needed definition stage process processing processed
computer vision machine learning course exam problem exercise filter each follow followed following initial
nn tf torch converted convert
""".split())
