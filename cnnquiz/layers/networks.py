"""Networks as data: the bundled ones, and those of a user, read from YAML and expanded to layers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.files import read_bytes
from cnnquiz.layers.blocks import expand
from cnnquiz.layers.layer import LayerFault, TreePath
from cnnquiz.layers.propagation import Part
from cnnquiz.layers.state import Shape
from cnnquiz.naming import did_you_mean
from cnnquiz.shown import display_text
from cnnquiz.solver.givens import are_numbers, excerpt, shape

FOLDER = Path(__file__).parent.parent / "networks"
LARGEST = 2_000_000  # bytes of a network's file
ALSO = {"mobilenet": "mobilenetv1", "lenet": "lenet5", "inceptionv1": "googlenet"}
FIELDS = ("format", "name", "title", "source", "input", "blocks", "layers", "variants")
VARIED = ("title", "source", "input", "blocks", "layers")


class Network(Struct, frozen=True):
    """One network: what it is called, where it comes from, the input that it is made for, its parts in order.

    `places` says at which line and column of `path` each layer is written, for a user's own file.
    """

    name: str
    title: str
    source: str
    input: Shape
    parts: tuple[Part, ...]
    variants: tuple[str, ...]
    path: str = ""
    places: dict[str, tuple[int, int]] = {}


def names() -> list[str]:
    """The names of the bundled networks."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str, repeats: tuple[int, ...] = ()) -> Network:
    """A network by its name (vgg16), its variant (alexnet/ungrouped) or its file (mine.yaml).

    repeats  how many blocks its stages have, in order, if others than it says
    """
    known = names()
    head, _, variant = name.partition("/")
    head = own_name(head, known)
    if head in known:
        return _load_once(FOLDER / f"{head}.yaml", variant, repeats)
    if name.endswith((".yaml", ".yml")):
        return _from_file(Path(name), "", repeats)
    path, _, variant = name.rpartition("/")
    if path.endswith((".yaml", ".yml")):
        return _from_file(Path(path), variant, repeats)
    otherwise = f"there are {', '.join(known)}, or name a .yaml file"
    hint = did_you_mean(head.lower(), known, otherwise, cutoff=0.5)
    raise GivenError(f"no network is called {excerpt(name)}: {hint}", "network")


def own_name(name: str, known: list[str]) -> str:
    """A network's own name for any usual spelling of it: VGG-16, ResNet50, MobileNet."""
    bare = {_bare(own): own for own in known}
    return bare.get(ALSO.get(_bare(name), _bare(name)), name)


def _bare(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


@lru_cache(maxsize=64)
def _load_once(path: Path, variant: str, repeats: tuple[int, ...]) -> Network:
    return _from_file(path, variant, repeats, keep_places=False)


def _from_file(path: Path, variant: str, repeats: tuple[int, ...], keep_places: bool = True) -> Network:
    from cnnquiz import yaml_text

    where = display_text(path)
    document = yaml_text.read_file(read_bytes(path, LARGEST), where)
    place = document.positions.find
    try:
        network, paths = build(_check_fields(document.tree), variant, repeats)
    except LayerFault as fault:
        line, column = place(fault.path, at_name=True)
        raise CnnquizError(f"{where}:{line}:{column}: {fault}") from None
    places = {name: place(written, at_name=True) for name, written in paths.items()} if keep_places else {}
    return replace(network, path="" if not keep_places else where, places=places)


def build(
    written: dict[str, Any], variant: str = "", repeats: tuple[int, ...] = ()
) -> tuple[Network, dict[str, TreePath]]:
    """A network from its file's fields, and the path at which each layer is written."""
    tree, at = _with_variant(written, variant)
    if repeats:
        tree = {**tree, "layers": _with_repeats(tree["layers"], repeats)}
    parts, paths = expand(tree["layers"], tree.get("blocks", {}), at["layers"], at["blocks"])
    name = f"{tree['name']}/{variant}" if variant else str(tree["name"])
    network = Network(
        name=name,
        title=str(tree.get("title", name)),
        source=str(tree.get("source", "")),
        input=_input(tree, at["input"]),
        parts=parts,
        variants=tuple(written.get("variants", {})),
    )
    return network, paths


def _with_repeats(layers: Any, repeats: tuple[int, ...]) -> Any:
    """The layers, with these numbers of blocks in place of those that the file repeats them."""
    stages = [
        (at, name)
        for at, one in enumerate(layers if isinstance(layers, list) else ())
        for name, value in (one.items() if isinstance(one, dict) else ())
        if isinstance(value, dict) and "repeat" in value
    ]
    if len(stages) != len(repeats):
        raise GivenError(f"blocks: {len(repeats)} for {len(stages)} stages; give one for each stage", "blocks")
    found = list(layers)
    for (at, name), many in zip(stages, repeats, strict=True):
        found[at] = {name: {**layers[at][name], "repeat": str(many)}}
    return found


def _input(tree: dict[str, Any], path: TreePath) -> Shape:
    try:
        size = shape().read(tree["input"])
    except GivenError as fault:
        raise LayerFault(f"input: {fault}", path) from None
    size = size if isinstance(size, tuple) else (size,)
    if not are_numbers(*size):
        raise LayerFault("input: a network is worked with numbers: write input: 32x32x3", path)
    return size


def _check_fields(tree: Any) -> dict[str, Any]:
    """The fields of the file; LayerFault where one is missing or unknown."""
    if not isinstance(tree, dict):
        raise LayerFault("a network has fields, as in `name: mine`, `input: 32x32x3`, `layers: ...`")
    _refuse_unknown(tree, FIELDS, ())
    for name in ("format", "name", "input", "layers"):
        if name not in tree:
            raise LayerFault(f"`{name}` is missing: write {_example(name)}")
    if str(tree["format"]) != "1":
        raise LayerFault("this format is not known: write format: 1", ("format",))
    for name in ("blocks", "variants"):
        if not isinstance(tree.get(name, {}), dict):
            raise LayerFault(f"`{name}` holds {name} by their names", (name,))
    return tree


def _example(name: str) -> str:
    return {"format": "format: 1", "name": "name: mine", "input": "input: 32x32x3"}.get(name, "layers: and a list")


def _refuse_unknown(fields: dict[str, Any], known: tuple[str, ...], path: TreePath) -> None:
    for name in fields:
        if name not in known:
            hint = did_you_mean(name, known, f"there are {', '.join(known)}", most=1, cutoff=0.5, quote="`")
            raise LayerFault(f"`{excerpt(name)}` is not a field here: {hint}", (*path, name))


def _with_variant(
    tree: dict[str, Any], variant: str
) -> tuple[dict[str, Any], dict[str, TreePath]]:
    """The fields, with those of the variant in their place, and the path at which each stands."""
    if not variant:
        return tree, {name: (name,) for name in VARIED}
    variants = tree.get("variants", {})
    if variant not in variants:
        known = ", ".join(variants) or "none"
        raise GivenError(f"{tree['name']} has no variant {excerpt(variant)}: there are {known}", "network")
    own = variants[variant]
    if not isinstance(own, dict):
        raise LayerFault("a variant has fields of its own, as in `layers: ...`", ("variants", variant))
    _refuse_unknown(own, VARIED, ("variants", variant))
    return {**tree, **own}, {n: ("variants", variant, n) if n in own else (n,) for n in VARIED}
