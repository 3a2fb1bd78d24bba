"""Sentence vectors from a local BERT model, an extra way to propose candidates; never to approve.

Needs the extra `embeddings` (numpy, tokenizers, safetensors) and a folder with config.json,
tokenizer.json and model.safetensors, as all-MiniLM-L6-v2 is published. It downloads nothing.
"""

import heapq
import json
import math
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from underround.core.errors import ConfigError
from underround.matching.listing import Listing

_FILES: Final = ("config.json", "tokenizer.json", "model.safetensors")
_MODULES: Final = ("numpy", "safetensors.numpy", "tokenizers")
_BATCH: Final = 64
_LONGEST_TOKENS: Final = 128


class Embedder:
    """A BERT encoder with mean pooling; one vector of length 1 a text.

    Raises ConfigError, one line, where the extra or one of the model's files is missing, or where
    the files are of no BERT model.
    """

    def __init__(self, folder: Path) -> None:
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise ConfigError(f"{folder}: no {', '.join(missing)}; name a folder with a BERT model")
        try:
            numpy, safetensors, tokenizers = map(import_module, _MODULES)
        except ImportError as error:
            raise ConfigError(f"{error.name} is missing; install underround[embeddings]") from None
        self._numpy: Any = numpy
        try:
            settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._layers = int(settings["num_hidden_layers"])
            self._heads = int(settings["num_attention_heads"])
            self._epsilon = float(settings.get("layer_norm_eps", 1e-12))
            longest = min(_LONGEST_TOKENS, int(settings["max_position_embeddings"]))
            self._weights: dict[str, Any] = {
                name.removeprefix("bert."): value
                for name, value in safetensors.load_file(folder / "model.safetensors").items()
            }
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._embedded = self._weights["embeddings.word_embeddings.weight"]
        except (KeyError, ValueError, OSError) as error:
            raise ConfigError(f"{folder}: not a BERT model: {error}") from None
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.enable_padding()

    def vectors(self, texts: Sequence[str]) -> Any:
        """Return an array of len(texts) rows, each of length 1 (numpy float32)."""
        numpy = self._numpy
        batches = [
            self._forward(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)
        ]
        width = self._embedded.shape[1]
        return numpy.concatenate(batches) if batches else numpy.zeros((0, width), numpy.float32)

    def _forward(self, texts: Sequence[str]) -> Any:
        numpy = self._numpy
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = numpy.array([each.ids for each in encoded])
        mask = numpy.array([each.attention_mask for each in encoded], dtype=numpy.float32)
        state = (
            self._embedded[ids]
            + self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        state = self._normed(state, "embeddings.LayerNorm")
        unseen = (1 - mask)[:, None, None, :] * numpy.float32(-1e9)
        for number in range(self._layers):
            state = self._layer(state, unseen, f"encoder.layer.{number}.")
        pooled = (state * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        length = numpy.linalg.norm(pooled, axis=1, keepdims=True)
        return (pooled / numpy.maximum(length, 1e-9)).astype(numpy.float32)

    def _layer(self, state: Any, unseen: Any, at: str) -> Any:
        numpy = self._numpy
        rows, tokens, width = state.shape
        split = (rows, tokens, self._heads, width // self._heads)
        query, key, value = (
            self._linear(state, f"{at}attention.self.{name}").reshape(split).transpose(0, 2, 1, 3)
            for name in ("query", "key", "value")
        )
        weights = query @ key.transpose(0, 1, 3, 2) / math.sqrt(split[3]) + unseen
        weights = numpy.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed = (weights @ value).transpose(0, 2, 1, 3).reshape(rows, tokens, width)
        mixed = self._linear(mixed, f"{at}attention.output.dense")
        state = self._normed(state + mixed, f"{at}attention.output.LayerNorm")
        inner = self._linear(state, f"{at}intermediate.dense")
        # GELU by tanh, within 1e-3 of the exact one and without scipy.
        inner = inner * (1 + numpy.tanh(0.7978845608 * (inner + 0.044715 * inner**3))) / 2
        outer = self._linear(inner, f"{at}output.dense")
        return self._normed(state + outer, f"{at}output.LayerNorm")

    def _linear(self, state: Any, name: str) -> Any:
        return state @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normed(self, state: Any, name: str) -> Any:
        mean = state.mean(axis=-1, keepdims=True)
        spread = ((state - mean) ** 2).mean(axis=-1, keepdims=True)
        scaled = (state - mean) / self._numpy.sqrt(spread + self._epsilon)
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def nearest_by_meaning(
    embedder: Embedder, polymarket: Sequence[Listing], kalshi: Sequence[Listing], top: int
) -> list[tuple[int, int, float]]:
    """Return (Polymarket position, Kalshi position, cosine) of the `top` nearest of each side."""
    if not polymarket or not kalshi:
        return []
    one, two = (
        embedder.vectors([_text(listing) for listing in listings])
        for listings in (polymarket, kalshi)
    )
    found: list[tuple[int, int, float]] = []
    for number, cosines in enumerate((one @ two.T).tolist()):
        order = heapq.nlargest(top, range(len(kalshi)), key=cosines.__getitem__)
        found.extend((number, at, cosines[at]) for at in order)
    return found


def _text(listing: Listing) -> str:
    side = listing.subtitle or ("" if listing.outcome in ("Yes", "No") else listing.outcome)
    return f"{listing.title} {side}".strip()
