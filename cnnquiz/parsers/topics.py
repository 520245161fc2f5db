"""What questions are about: for each calculator the words that name it, and how its results are asked for."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from msgspec import Struct


class Topic(Struct, frozen=True):
    """One calculator as questions speak of it.

    needs  what a question must say somewhere to be about it
    words  further words that belong to it; the words of another topic alone belong to another calculator
    turns  its own ways to say a quantity, with the value's sign in the pattern, or with the value that they mean
    story    whether a sentence that asks nothing may speak of anything, so long as its numbers are explained
    formula  the quantity that a function of the text gives: J(w) = w^2
    idle   quantities that may be said although they change none of its results
    asks   each group of results with the way to ask for it; the first result that there is answers it
    """

    calculator: str
    needs: re.Pattern[str]
    words: frozenset[str]
    asks: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]
    turns: tuple[tuple[str, re.Pattern[str], Any], ...] = ()
    idle: frozenset[str] = frozenset(("activation", "layer_units"))
    formula: str = ""
    story: bool = False


STORIES = ("train", "metrics", "loss")
_SIZE = r"(?:size|shape|dimension|dimensionality|resolution|width and height|height and width|width|height|volume)"
_MADE = r"(?:output|resulting|result|convoluted|convolved|pooled|final|produced|feature map|activation map|data)"
_LOOSE = r"(?:(?:the|spatial|image|feature|map|layer|matrix|tensor|this|that|each|of|a|total|volume|convolution) )"
_OUTPUT = (
    rf"{_MADE} {_LOOSE}*?{_SIZE}|{_SIZE} (?:of |be |for ){_LOOSE}*?{_MADE}(?: (?:feature|map"
      rf"|matrix|tensor|volume|image))*"
    r"|output (?:volume|feature map|map|tensor)"
    r"|how (?:big|large) (?:will|would|is) (?:the )?(?:resulting |pooled )?(?:output|feature"
      r" map|result)(?: (?:feature map|image|map|be))*"
    rf"|output of (?:which|what) (?:spatial )?{_SIZE}"
)
_SPATIAL = (
    r"(?:output|resulting|final) spatial (?:size|dimension|resolution|shape)"
    r"|spatial (?:size|dimension|resolution|shape) of (?:the )?(?:output|resulting|result"
      r"|final)(?: (?:feature|map|image))*"
)
_BE = r"(?: ?(?:of|is|are|=|:|be|was|the|given|a|value|vector|as))*"  # between a name and its value
_COUNT = r"(?:number of|total|overall|all|the|trainable|learnable|learned|free|model|network|layer|of) "
_PARAMETERS = rf"(?<!following )(?:{_COUNT})*(?<!following )(?:parameter|param)(?: count)?"
_WEIGHTS = rf"(?:{_COUNT})*weight"
_MACS = (
    r"(?:number of )?floating point operation(?: \( flop \))?(?=.*multiply add count as one)"
    r"|(?:number of )?(?:multiply (?:add|accumulate)|mac|multiplication|multiply and accumulate)(?:"
    r" operation)?"
)

# calculator | needs | words | results: pattern | ...
_ROWS = (
    ("conv", r"conv|filter|kernel|cross correlat",
     "convolution convolutional convolve convolved convolving convoluted conv conv2d"
       " convnet cnn filter kernel reducing reduce mapping map way"
     " most implemented hence specification forward pass through",
     {"effective_kernel": r"effective (?:kernel|filter) size|effective size of the (?:kernel|filter)",
      "output_size": _SPATIAL, "output_shape output_size": _OUTPUT, "parameters": _PARAMETERS, "macs": _MACS},
     {"out_size":
       r"output (?:feature map |volume |image |size )?(?:must|should|has to|need to|is to) be"
       r" (?:of size )?@"}),
    ("tconv", r"\w*transpose|deconv|up ?conv",
     "transposed transpose convtranspose2d deconvolution deconv upconvolution upsampling convolution convolutional conv"
     " convolve cnn filter kernel",
     {"output_size": _SPATIAL, "output_shape output_size": _OUTPUT, "parameters": _PARAMETERS}),
    ("pool", r"pool",
     "pool pooling pooled maxpool maxpooling maxpooling2d avgpool max average mean cnn convolutional filter kernel",
     {"output_size": _SPATIAL, "output_shape output_size": _OUTPUT, "parameters": _PARAMETERS}),
    ("dense", r"fully connected|dense|linear|neuron|node|unit|perceptron|hidden",
     "fully connected dense linear neuron node unit perceptron hidden fc",
     {"parameters": _PARAMETERS, "weights": _WEIGHTS},
     {"in_features":
       r"(?:from|map|mapping|connect|connecting) (#)(?: (?:unit|input|neuron|feature"
       r"|value))?(?= (?:to|into|with) #)",
      "out_features": r"(?:to|into|with) (#) (?:output )?class"}),
    ("params", r"embedding", "embedding vocabulary word token dimension lookup table", {"parameters": _PARAMETERS,
      "weights": _WEIGHTS}),
    ("params", r"batch norm|batchnorm", "batch normalization normalisation norm batchnorm learn",
     {"parameters": _PARAMETERS}, {"layer=batchnorm": r"batch norm\w*|batchnorm"}),
    ("params", r"conv|filter|kernel", "convolution convolutional conv conv2d cnn filter kernel", {"weights": _WEIGHTS}),
    ("rf", r"receptive field",
     "receptive field convolution convolutional conv cnn filter kernel stacked neuron unit",
     {"receptive_field": r"(?:size of )?(?:the )?(?:effective |theoretical |total )?receptive field(?: size)?"},
     {f"number={at}": rf"(?:{ordinal})(?: (?:convolutional|conv|convolution))? layer"
      for at, ordinal in enumerate(("first|1st", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th"), 1)}),
    ("train", r"batch|epoch|iteration|gradient descent|sgd",
     "batch epoch iteration update step gradient descent stochastic sgd minibatch mini sample example training train"
     " trained weight per dataset data set record parameter optimizer algorithm forward"
       " team decided decide they updated last incomplete partial smaller",
     {"iterations_per_epoch":
      r"(?:update|iteration|batche?|step|mini batch|weight update|parameter update|gradient update|gradient step)"
      r"(?: (?:are there|will be|are|occur|happen|performed|made|done|there|needed|doe|it|take))*"
      r" (?:in|per|during|for|make|within|to complete|for completing)(?: (?:up))?"
      r" (?:(?:one|a|an|each|every|a single|~) )?(?:training )?epoch",
      "iterations": r"(?:total )?(?:number of )?(?:weight |parameter |gradient )?(?:update|iteration|step)"
                    r"|how many time (?:are|do|doe|will|is) (?:the )?(?:weight|parameter"
                      r"|model)(?: (?:get|be))* updated"},
     {"num_samples": rf"n{_BE} (#)", "batch_size=1": r"(?<!batch )stochastic gradient descent(?!.*batch)"}),
)  # fmt: skip

_SERIES = r"(?:&|# (?:, (?:and )?# |and # )*(?:, (?:and )?#|and #))"
_NEURON = (
    "mlp", r"neuron|perceptron|mlp|sigmoid unit|relu unit|linear unit",
    "neuron perceptron output unit artificial forward pass vector function initialized mlp"
      " structure following hidden layer final multilayer",
    {"output": r"(?:complete |final |forward pass )*(?:output|activation)(?: (?:of|value|y)(?: (?:the|this|a))?"
               r"(?: (?:sigmoid|relu|tanh|linear|~))? ?(?:neuron|perceptron|unit)?)?",
     "z1": r"(?:pre activation|net input|weighted sum|z)(?: value)?"},
    {"weight2": rf"(?:output layer )?(?:weight(?: matrix)? ?:? )?w2{_BE} %", "bias2":
      rf"(?:output layer )?(?:bias ?:? )?b2{_BE} (?:&|#|\[ # \])",
     "weight1":
       rf"(?:hidden layer )?(?:weight(?: matrix)? ?:? )?(?:w1?{_BE} %|w(?:\d|₁|₂|₃|₄)?{_BE}"
       rf" (?:#|&))|weight(?: vector)?{_BE} {_SERIES}",
     "input": rf"(?:input )?x(?:\d|₁|₂|₃|₄)?{_BE} (?:#|&)|input(?: vector| value)?{_BE} {_SERIES}",
     "bias1": rf"(?:hidden layer )?(?:bias ?:? )?b(?:\d)?{_BE} (?:#|&)|bias(?: term)?{_BE} #",
     "layer_units": rf"(?:input|hidden|output) layer{_BE} #(?: (?:neuron|unit|node))?|# layer(?= mlp| network| neural)",
     "hidden_activation=relu": r"(?<=hidden layer : # neuron with )relu(?: activation)?",
     "hidden_activation=sigmoid": r"(?<=hidden layer : # neuron with )sigmoid(?: activation)?",
     "hidden_activation=tanh": r"(?<=hidden layer : # neuron with )tanh(?: activation)?",
     "output_activation=sigmoid": r"(?:sigmoid|logistic)(?: activation)?(?: function)?",
     "output_activation=relu": r"relu(?: activation)?(?: function)?",
     "output_activation=tanh": r"tanh(?: activation)?(?: function)?",
     "output_activation=identity": r"linear(?: activation)?(?: function)?"},
)  # fmt: skip
_COURSE = (
    _NEURON,
    ("update", r"gradient descent|learning rate|gd|sgd",
     "gradient descent function current gradient derivative loss cost objective minimize"
       " minimise minimum updated update initial starting start"
     " starts at w x z y θ theta value learning rate iteration step optimizer sgd using"
       " performing ordinary plain vanilla",
     {"theta":
       r"(?:updated |new |final )*(?:value|position) of (?:the )?(?:x|y|z|w|θ|theta|weight"
       r"|parameter)(?: will be)?"
               r"|(?<=what is )(?:x|y|z|w|θ|theta)|(?:updated|new) (?:weight|parameter|value|x|w|z|θ|theta)"},
     {"grad": rf"gradient(?: of the loss)?{_BE} (#)", "parameter":
       rf"(?:current|initial|old) (?:weight|value|parameter)(?: w)?{_BE} (?:w = )?(#)|"
       r"(?:start|starting|starts|initial|initialized|begin|beginning)[^#&.?~]{0,40} (#)"
       r"|(?:from|at) (?:x|y|z|w|θ|theta)(?: 0)? = (#)",
      "lr":
        rf"(?:learning rate|step size|η|α|alpha|lr|eta)(?: \( ?(?:η|α|alpha|lr|eta) ?\)|(?: η|"
        rf" α| alpha| eta))?{_BE} (#)",
      **{f"num_steps={at}":
        rf"after (?:the )?(?:{said}) (?:iteration|step|update)(?: of (?:the )?gradient"
        rf" descent(?: update)?)?"
         for at, said in enumerate(("first|1st|one|a", "second|2nd", "third|3rd", "fourth|4th", "fifth|5th"), 1)},
      "num_steps": r"after (#) (?:iteration|step|update)(?: of gradient descent)?"}, "loss"),
    ("dense", r"fully connected|dense|linear layer", "fully connected dense linear layer flattened vector ^ t w x y",
     {"y": r"output(?: vector)?"},
     {"weight": rf"(?:weight(?: matrix)?|w){_BE} %", "input": rf"(?:input|vector|x){_BE} &",
      "bias_vector": rf"(?:bias(?: vector)?|b){_BE} &", "bias=no": "no bias|without bias"}),
    ("convolve", r"signal|1 d|# d|one dimensional",
      "cross correlation correlate convolution convolve signal kernel filter valid full 1d #"
      " d dimensional",
     {"y": r"(?:resulting |full |valid )*(?:output|result|convolution|signal)|cross correlate"},
     {"kernel": rf"(?:kernel|filter|h){_BE} &", "input": rf"(?:signal|sequence|input|x){_BE} &",
      "mode=valid": r"valid|no padding|without padding", "mode=full": r"full", "correlate=yes": r"cross correlat\w*"}),
    ("pool2d", r"pool", "pool pooling max average matrix input output window",
     {"y": r"(?:resulting |final )?(?:output|result)(?: (?:matrix|map))?"},
     {"pooling=max": "max(?: pooling)?", "pooling=average": "(?:average|mean)(?: pooling)?",
      "input": r"(?:input|image|matrix|map|a)(?: [^%&#@.?]{0,60})?[ .]*(?:%)"}),
    ("softmax", r"softmax", "softmax activation function class",
     {"probability probabilities":
       r"(?:softmax )?(?:output|probability distribution|probability|result)(?: vector)?"
       r"|softmax"},
     {"logits":
       rf"(?:logit|score|input|value|vector|output)?(?: (?:to|of|for|the|softmax|activation"
       rf"|function))*{_BE} &"}),
    ("batchnorm", r"batch norm", "batch normalization normalisation norm normalized normalised mini batchnorm scaling"
     " shifting scale shift learned parameter statistic following constant",
     {"mean": r"(?:batch )?mean", "variance": r"(?:batch )?variance",
      "output": r"(?:final )?output|scaled and shifted(?: value| output)?",
      "normalised": r"normali[sz]ed (?:value|output|batch|activation)"},
     {"input": rf"(?:input|batch|value|activation|mini batch)(?: (?:batch|value|activation))*{_BE} &",
      "weight": rf"(?:scale |learned )?(?:γ|gamma)(?: \( ?scale ?\))?{_BE} #",
      "bias": rf"(?:shift |learned )?(?:β|beta)(?: \( ?shift ?\))?{_BE} #",
      "epsilon": rf"(?:small constant ?:? ?)?(?:ε|epsilon|eps){_BE} #"}),
    ("loss", r"loss|mse|mean squared error|cross entropy|mae|mean absolute error",
     "nat in token index model gives give logit loss function binary categorical cross"
       " entropy predicted true probability class sample classifier classification"
     " model error mean squared absolute between and distribution one hot task prediction"
       " regression target actual label",
     {"loss":
       r"(?:binary |categorical )?(?:cross entropy|mse|mean squared error|mae|mean absolute"
       r" error)(?: loss)?(?: value)?"
              r"|loss(?: value)?"},
     {"class_index":
       r"(?:true|correct|actual) (?:class|label|token)(?: (?:is|=|:|class|label|index))*"
       r" (#)(?: \( (#) (?:indexed|based) \))?",
      "logits": rf"logit{_BE} &",
      "class_index=1":
        r"(?<=to )the (?:true|correct|right|actual) class|probability (?:of|for|assigned to"
        r"|to) (?:that|the (?:true|correct|right|actual)) class",
      "loss=bce": r"binary cross entropy|bce", "loss=cross-entropy": r"(?<!binary )cross entropy",
      "loss=mse": r"(?<!root )mean squared error|mse", "loss=mae": r"mean absolute error|mae",
      "target":
        rf"(?:true|target|actual|ground truth|label|y)(?: (?:value|label|output|target|vector|distribution"
        rf"|y))*{_BE} (?:&|#)",
      "input":
        rf"(?<=probability )#(?= (?:to|for) the (?:true|correct))|(?:predicted|prediction"
        rf"|output|probability|ŷ|p)(?: (?:value|probability|distribution|for|that|class|by|model|vector|ŷ"
        rf"|the))*{_BE} (?:&|#)"}),
    ("conv2d", r"conv|filter|kernel|cross correlat",
     "convolution convolve convolved cross correlate correlation filter kernel valid signal"
       " forward pass feature tensor k i w x y represented",
     {"y":
       r"(?:resulting |final )?(?:output|result|feature map|convolution)(?: (?:matrix|tensor"
       r"|feature map|map|value))?",
      "dk": r"gradient (?:of|with respect to|w . r . t .) (?:the )?(?:filter|kernel|weight)(?: \( ?(?:dw|dk) ?\))?",
      "db": r"gradient (?:of|with respect to) (?:the )?bias"},
     {"grad_output": r"(?:upstream |output |loss )*(?:gradient|dout|dl / dy)[^%.&#]{0,40} %",
      "weight": rf"(?:kernel|filter|mask)(?: (?:k|w|matrix))?{_BE}[ .]*(?:%|&)",
      "input": r"(?:input|image|matrix|signal|tensor|i|x)(?: [^%&#@.?]{0,60})?[ .]*(?:%|&)",
      "bias": rf"bias{_BE} #", "flip=yes":
        r"true(?= convolution)|kernel is (?:flipped|rotated)|flipped kernel|flip the kernel"}),
    ("iou", r"iou|intersection over union|jaccard",
      "iou intersection over union box bounding two predicted ground truth",
     {"iou": r"iou|intersection over union", "intersection": r"intersection area|area of (?:the )?intersection"},
     {"box1": r"(?:a (?:=|:|is) )?&(?= (?:and|,) )",
      "box2": r"(?<=and )(?:the )?(?:ground truth )?(?:box )?(?:b (?:=|:|is) )?&",
      "box_format=corners": r"\( x1 , y1 , x2 , y2 \)"}),
    ("metrics", r"precision|recall|accuracy|f1|specificity|sensitivity",
     "classifier model binary classification class  confusion matrix test result have following",
     {"precision": r"precision", "recall": r"recall|sensitivity", "accuracy": r"accuracy", "f1": r"f1(?: score)?",
      "specificity": r"specificity"},
     {"all": r"(?:for|of|on|among|with) (#) (?!true|false|tp|fp|tn|fn)\w+", "true_positives":
       rf"correctly (?:predict|predicted|classifie|classified|identifie|identified) # (?:\w+"
       rf" )?as positive|(?:tp|true positive)(?: \( ?tp ?\))?{_BE} #|# (?:true positive|tp)(?:"
       rf" \( ?tp ?\))?",
      "false_positives":
        rf"(?:incorrectly|wrongly|falsely) (?:predict|predicted|classifie|classified|identifie"
        rf"|identified) # (?:\w+ )?as positive(?: when they are (?:actually )?negative)?|(?:fp"
        rf"|false positive)(?: \( ?fp ?\))?{_BE} #|# (?:false positive|fp)(?: \( ?fp ?\))?",
      "false_negatives":
        rf"(?:incorrectly|wrongly|falsely) (?:predict|predicted|classifie|classified|identifie"
        rf"|identified) # (?:\w+ )?as negative(?: when they are (?:actually )?positive)?|(?:fn"
        rf"|false negative)(?: \( ?fn ?\))?{_BE} #|# (?:false negative|fn)(?: \( ?fn ?\))?",
      "true_negatives":
        rf"correctly (?:predict|predicted|classifie|classified|identifie|identified) # (?:\w+"
        rf" )?as negative|(?:tn|true negative)(?: \( ?tn ?\))?{_BE} #|# (?:true negative|tn)(?:"
        rf" \( ?tn ?\))?"}),
    ("rnn", r"rnn|lstm|gru", "vanilla rnn lstm gru recurrent cell u w v hidden state simple",
     {"parameters": rf"{_PARAMETERS}|(?:{_COUNT})*weight"},
     {"cell=lstm": r"lstm", "cell=gru": r"gru", "cell=rnn": r"(?:vanilla |simple )?rnn",
      "framework=tf": r"keras|tensorflow", "framework=torch": r"pytorch",
      "bias_vectors=1": r"(?:one|a #) bias vector(?: per gate)?",
      "input_size": rf"input(?: (?:size|dimension|dim|feature|vector))*{_BE} #|# (?:input feature|dimensional input)",
      "hidden_size":
        rf"hidden(?: (?:size|state|dimension|dim|unit|layer))*{_BE} #|# (?:hidden )?unit|#"
        rf" dimensional hidden state",
      "out_features": rf"output(?: (?:size|dimension|dim))*{_BE} #|# output(?: unit)?",
      "bias_vectors=0": r"(?:no|without|ignoring|excluding)(?: any)? bias"}),
    ("cell", r"lstm|gru", "lstm step cell state gate forget input output candidate new time",
     {"new_c": r"c \( t \)|c t|(?:new |next |updated |current )cell state(?: c)?"},
     {"cell=lstm": r"lstm(?: (?:cell|step))?", "cell_state":
       rf"(?:previous cell state )?c (?:\( t # \)|t #|prev){_BE} (#)|(?:previous|old) cell"
       rf" state{_BE} (#)",
      "forget_gate": rf"(?:forget gate )?f(?: t)?{_BE} #|forget gate(?: output| activation)?{_BE} #",
      "candidate": rf"(?:candidate )?(?:c ̃|g)(?: t)?{_BE} #|candidate(?: cell state| value| state)?{_BE} #",
      "input_gate": rf"(?:input gate )?i(?: t)?{_BE} #|input gate(?: output| activation)?{_BE} #"}),
    ("transformer", r"attention|transformer",
      "attention self multi head encoder transformer layer q k v query key value projection"
      " matrix separate mechanism score qk t ^"
     " learned weight across all batch",
     {"head_width": r"(?:dimension|size|width) (?:of each|of one|per) head|head (?:dimension|size|width)",
      "scores_shape":
       r"shape of (?:the )?(?:q k t|qk ?\^ ?t|qkt|attention score)(?: (?:matrix|score|across"
       r"|all|head|and|batche|batch))*",
      "projection_parameters":
        r"(?:total )?(?:number of )?parameter (?:required |needed |in |used )?(?:for |of"
        r" )?(?:the )?q , k ,? and v(?: projection| matrix)*(?: across all head)?"},
     {"d_model":
       rf"(?:model )?(?:dimension|width|size)?(?: \( ?)?(?:d model|model dimension|embedding"
       rf" dimension)(?: ?\))?{_BE} #|d model{_BE} #",
      "nhead": rf"(?:number of )?head(?: \( ?h ?\))?{_BE} #|# (?:attention )?head",
      "tokens": rf"(?:sequence length|seq len)(?: \( ?seq len ?\))?{_BE} #",
      "batch_size": rf"batch size{_BE} #"}),
    ("init", r"xavier|glorot|he init|kaiming|lecun",
      "initialisation initialization layer var w weight variance standard deviation set about",
     {"variance": r"variance|var \( w \)", "std": r"standard deviation|std"},
     {"scheme=xavier": r"(?:xavier|glorot)(?: glorot)?", "scheme=he": r"(?:he|kaiming)(?= init)",
       "scheme=lecun": r"lecun",
      "in_features": rf"fan in(?: n)?{_BE} #|# (?:input|incoming)(?: unit| connection| neuron)?",
      "out_features": rf"fan out(?: n)?{_BE} #|# (?:output|outgoing)(?: unit| connection| neuron)?"}),
    ("dropout", r"dropout", "dropout rate probability keep layer training expected average active unit neuron",
     {"expected_kept":
       r"(?:how many|number of|expected number of) (?:neuron|unit|node)(?: (?:are|will|be"
       r"|remain|stay))* (?:active|kept|on average|remain)",
      "scale": r"scal(?:e|ing) factor"},
     {"rate": rf"(?:dropout )?(?:rate|probability|p){_BE} #|dropout{_BE} #", "num_features":
       r"# (?:neuron|unit|node|hidden unit)"}),
    ("activation", r"sigmoid|relu|tanh|softplus|elu|swish|gelu",
      "activation function value sigmoid relu tanh leaky derivative at point for input neuron weighted sum pre net"
      " hidden layer",
     {"derivative": r"(?:derivative|gradient|slope)", "value": r"output|value|result|~(?= \( ~ \))"},
     {"input": rf"(?:x|z|input){_BE} #|(?:\( ?|at |for )#", "negative_slope": rf"(?:α|alpha|slope|leak){_BE} #"}),
)  # fmt: skip


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic, in the order in which they are tried."""
    return tuple(_topic(*row) for row in (*_ROWS, *_COURSE))


def _topic(
    name: str, needs: str, words: str, asks: dict[str, str], turns: dict[str, str] | None = None, formula: str = ""
) -> Topic:
    wanted = ((tuple(results.split()), rf"(?<!\w)(?:{asked})(?!\w)") for results, asked in asks.items())
    patterns = tuple((results, re.compile(asked)) for results, asked in wanted)
    own = (_turn(*turn) for turn in (turns or {}).items())
    return Topic(
        name, re.compile(rf"\b(?:{needs})"), frozenset(words.split()), patterns, tuple(own), formula=formula,
        story=name in STORIES,
    )  # fmt: skip


def _turn(named: str, words: str) -> tuple[str, re.Pattern[str], Any]:
    """A turn of phrase; `kind=mse` where its words mean that value."""
    name, _, value = named.partition("=")
    meant = {"yes": True, "no": False, "": None}.get(value, value)
    return name, re.compile(rf"(?<!\w){words}(?!\w)"), meant


STACK_FLATTENED = (
    r"input (?:dimension|size)s? (?:of|to|for) the (?:fully connected|dense|linear|fc) layer"
      r"|flattened (?:vector|size|output|feature)(?: (?:size|length|vector))?|(?:length|size)"
      r" of the flattened vector|how long is the flattened (?:vector|map|output)"
    r"|(?:input|feature|neuron|value|unit)s? (?:enter|feed|go|come|are there|are|to|into|in"
      r"|after|for|of)+ (?:into )?(?:the )?(?:first )?(?:flatten\w*|fully connected|dense"
      r"|linear)(?: layer)?"
)
STACK_FIELD = r"(?:size of )?(?:the )?(?:effective |theoretical |total )?receptive field(?: size)?"
STACK = _topic(
    "net", r"conv|pool|layer",
    "convolution convolutional conv conv2d cnn convnet filter kernel pool pooling max"
      " maxpool maxpooling average flatten flattened"
    " flattening fully connected dense fc linear neuron unit node then next first second third fourth fifth followed by"
    " layer step stage all both between two either receptive field architecture column vector model",
    {"difference": rf"difference in (?:the )?{_PARAMETERS}",
     "flattened": STACK_FLATTENED,
     "receptive_field": STACK_FIELD,
     "output_shape": _OUTPUT, "parameters": _PARAMETERS, "macs": _MACS},
)  # fmt: skip

CODE = _topic(
    "conv", r"layer",
    "convolution convolutional conv conv2d layer pool pooling max maxpooling2d flatten"
      " dense model sequential cnn through"
    " after on architecture summary each definition code following linear",
    {"flattened": STACK_FLATTENED, "receptive_field": STACK_FIELD, "output_shape output_size": _OUTPUT + r"|output",
     "parameters": _PARAMETERS, "macs": _MACS},
)  # fmt: skip
DENSE_NETWORK = _topic(
    "net", r"hidden|output layer|mlp|perceptron|fully connected (?:neural )?network|layer size|neural network",
    "fully connected dense feedforward feed forward mlp multilayer perceptron multi network"
      " hidden neuron unit node layer"
    " size relu sigmoid tanh softmax activation train training like represented vector"
      " binary classification problem scalar"
    " term architecture three two four d node scratch",
    {"weights": _WEIGHTS, "parameters": _PARAMETERS},
)

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
OF_ONE = re.compile(  # a part of what the results count
    r"(?:per|(?:of|in|for|do|doe|by) (?:each|every|one|an individual)) (?:individual )?"
    r"(?:filter|kernel|neuron|unit|node|channel|feature map|map|head|pixel|position|image|sample)"
)
SPLIT = re.compile(r"pad\w* (?:with|by|of) # (?:pixel |zero )?(?:in total|altogether)")  # over both sides
_OF_BIAS = """
bias no without excluding exclude excluded ignoring ignore ignored omitting omit omitted neglecting neglect neglected
not counting counted included including include plus has have and with a one each is are be used use term vector
parameter true false free disabled left out = the in all any their its considered
"""
OF_BIAS = frozenset(_OF_BIAS.split())
BIAS_OF_EACH = re.compile(
  r"(?:one|a) bias(?: term)? (?:per|for each|for every) (?:filter|kernel|neuron|unit|output"
  r" channel)")
_TURNS_ROUND = """
not no without never except unless instead only but however than more less fewer difference ratio percent double
doubled twice half halved triple remove removed drop dropped discard discarded skip skipped ignore ignored exclude
excluded extra additional validation test testing split held fold augment augmentation augmented accumulate
accumulated accumulation gpu gpus worker machine remaining rest other another invert inverted swap swapped macro micro
weighted average averaged
"""
TURNS_ROUND = frozenset(_TURNS_ROUND.split())
"""Words that may change a result wherever they stand."""
NEUTRAL = re.compile(  # what gives nothing, though it has numbers
    r"\bnot (?:using|use) (?:a|any) convolutional (?:neural )?(?:network|layer)s?"
    r"|\(? ?(?:no|without) (?:any )?(?:pooling|dilation|activation)(?: layer)?(?: ?\))?"
    r"|(?:one of )?(?:the )?# following(?: layer)?|following (?:parameter|specification"
      r"|layer|architecture|hyperparameter)"
    r"|(?:rounded |round |correct |accurate )*(?:up |your answer )?(?:to|upto) (?:# |two "
      r"|three |four )?(?:decimal|significant) (?:place|digit|figure|point)?"
    r"|before (?:being|it is|they are) (?:fed|passed|applied)|(?:for|of) the positive class"
    r"|# (?:bounding )?box|(?:already )?padded with zero|# class(?= (?:classifi|problem))"
    r"|\b(?:first|second|\d(?:st|nd|rd|th)|third|next|last|1st|2nd|final) (?:hidden "
      r"|convolutional |conv |convolution )?layer\b"
)
"""Phrases that explain themselves."""

_KNOWN = """
a an the this that these those it its you your we us our let i one each every any all some such there here which what
who whose when where then than as at by for from in into of off on onto over through to under up upon with within and
or if so also is are was were be been being am has have had having do doe did can could will would shall should may
might must suppose consider assume assuming given give take say imagine following follow below above use using used
apply applied applying applie pass passe passed passing feed fed make made produce produced get got obtain perform
performed performing run calculate compute determine find state how many much number total overall value question
answer choose select option correct please show result resulting come out image picture photo input output layer
network neural deep model architecture volume matrix tensor map feature channel pixel size shape dimension dimensional
dimensionality spatial width height depth color colour rgb grayscale greyscale grey gray 2d 3d 1d single simple
standard typical square basic side unit step operation parameter weight bias trainable learnable learned including
count counted after hidden connected fully exactly same formula equal equals whole batch data receive receives
sequentially consist consisting contain contains composed become happen expected think own e g etc mean pytorch
tensorflow keras framework because since thus therefore now keep kept valid know known called named cnn activation
relu define defined definition instead want need required require needed stage process processing processed computer
vision machine learning course exam problem exercise filter followed initial hint remember note big large processe
term present element design designing designed create created build built work worked working receiving pas taken
taking gets gave write written describe described specification detail correspond corresponding actual containing
include match matching across along during while still just simply always usually typically common commonly vanilla
early deeper shallow modern popular classic particular certain specific example instance case scenario task goal aim
student engineer researcher team company teacher professor developer they he she his her their them someone person
people user classifier classification recognition detection segmentation object digit handwritten mnist cifar imagenet
dataset frame video camera satellite medical scan face car cat dog flower slide slid sliding move moved moving scanned
scanning extract extracted detect learn train training trained pattern edge patch window region area location position
grid cell entry intensity block stack body head tail part piece section middle center centre length axis axe direction
vertical horizontal vertically horizontally act go goe border nn tf torch converted convert unchanged calculation
contained strided solution
"""
KNOWN = frozenset(_KNOWN.split())
