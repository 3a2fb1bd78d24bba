"""Sentence vectors of a tiny model made here: numpy's answer against one computed token by "
"token."""

import json
import math

import pytest

from tests.matching.contracts import SAME
from underround.core.errors import ConfigError
from underround.matching.embedding import Embedder, nearest_by_meaning

numpy = pytest.importorskip("numpy", reason="the extra `embeddings` is not installed")
safetensors = pytest.importorskip("safetensors.numpy", reason="no `embeddings` extra")
tokenizers = pytest.importorskip("tokenizers", reason="no `embeddings` extra")
WORDS = ["[PAD]", "[UNK]", "will", "it", "rain", "snow", "win"]
WIDTH, HEADS, INNER = 8, 2, 12


@pytest.fixture
def model(tmp_path):
    """Write a two-layer BERT with random weights and a vocabulary of seven words."""
    made = numpy.random.default_rng(3)
    weights = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (16, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for number in range(2):
        at = f"encoder.layer.{number}."
        for name in ("attention.self.query", "attention.self.key", "attention.self.value"):
            weights |= {f"{at}{name}.weight": (WIDTH, WIDTH), f"{at}{name}.bias": (WIDTH,)}
        for name, shape in (
            ("attention.output.dense", (WIDTH, WIDTH)),
            ("intermediate.dense", (INNER, WIDTH)),
            ("output.dense", (WIDTH, INNER)),
        ):
            weights |= {f"{at}{name}.weight": shape, f"{at}{name}.bias": (shape[0],)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights |= {f"{at}{name}.weight": (WIDTH,), f"{at}{name}.bias": (WIDTH,)}
    arrays = {name: made.normal(size=shape).astype("float32") for name, shape in weights.items()}
    safetensors.save_file(arrays, tmp_path / "model.safetensors")
    config = {"num_hidden_layers": 2, "num_attention_heads": HEADS, "max_position_embeddings": 16}
    (tmp_path / "config.json").write_text(json.dumps(config))
    vocabulary = tokenizers.models.WordLevel(
        {word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"
    )
    tokenizer = tokenizers.Tokenizer(vocabulary)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


class ByHand:
    """The same model with plain lists, one token and one head at a time."""

    def __init__(self, folder):
        loaded = safetensors.load_file(folder / "model.safetensors")
        self.weights = {name: value.tolist() for name, value in loaded.items()}

    def linear(self, row, name):
        lines = zip(self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], strict=True)
        return [sum(a * b for a, b in zip(line, row, strict=True)) + plus for line, plus in lines]

    def normed(self, row, name):
        mean = sum(row) / len(row)
        spread = math.sqrt(sum((value - mean) ** 2 for value in row) / len(row) + 1e-12)
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return [
            (v - mean) / spread * by + plus for v, by, plus in zip(row, weight, bias, strict=True)
        ]

    def attended(self, rows, number, at):
        names = ("query", "key", "value")
        query, key, value = (
            [self.linear(row, f"{at}attention.self.{name}") for row in rows] for name in names
        )
        size = WIDTH // HEADS
        mixed = []
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            scores = [
                sum(a * b for a, b in zip(query[number][part], each[part], strict=True))
                / math.sqrt(size)
                for each in key
            ]
            shares = [math.exp(score - max(scores)) for score in scores]
            for place in range(size):
                column = [each[part][place] for each in value]
                weighed = sum(a * b for a, b in zip(shares, column, strict=True))
                mixed.append(weighed / sum(shares))
        return mixed

    def layer(self, rows, at):
        after = []
        for number, row in enumerate(rows):
            mixed = self.linear(self.attended(rows, number, at), f"{at}attention.output.dense")
            state = self.normed(added(row, mixed), f"{at}attention.output.LayerNorm")
            inner = [
                x * (1 + math.erf(x / math.sqrt(2))) / 2
                for x in self.linear(state, f"{at}intermediate.dense")
            ]
            outer = self.linear(inner, f"{at}output.dense")
            after.append(self.normed(added(state, outer), f"{at}output.LayerNorm"))
        return after

    def vector(self, words):
        rows = []
        for place, word in enumerate(words):
            number = WORDS.index(word) if word in WORDS else 1
            names = ("word_embeddings", "position_embeddings", "token_type_embeddings")
            row = [0.0] * WIDTH
            for name, at in zip(names, (number, place, 0), strict=True):
                row = added(row, self.weights[f"embeddings.{name}.weight"][at])
            rows.append(self.normed(row, "embeddings.LayerNorm"))
        for number in range(2):
            rows = self.layer(rows, f"encoder.layer.{number}.")
        pooled = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        length = math.sqrt(sum(value * value for value in pooled))
        return [value / length for value in pooled]


def added(one, two):
    return [a + b for a, b in zip(one, two, strict=True)]


def test_vectors_are_those_computed_token_by_token(model):
    texts = ["will it rain", "snow", "will zebras win it"]
    found = Embedder(model).vectors(texts)
    for row, text in zip(found.tolist(), texts, strict=True):
        assert row == pytest.approx(ByHand(model).vector(text.split()), abs=5e-3)


def test_padding_and_batches_change_nothing(model):
    embedder = Embedder(model)
    alone = embedder.vectors(["snow"])[0].tolist()
    among = embedder.vectors(["will it rain win snow"] * 70 + ["snow"])[-1].tolist()
    assert among == pytest.approx(alone, abs=1e-5)
    assert embedder.vectors([]).shape == (0, WIDTH)


def test_the_same_words_are_nearest(model):
    one, two = SAME["nominee"]
    embedder = Embedder(model)
    found = nearest_by_meaning(embedder, [one], [SAME["slam"][1], two], 2)
    assert [(at, to) for at, to, _ in found] in ([(0, 0), (0, 1)], [(0, 1), (0, 0)])
    assert found[0][2] >= found[1][2]
    assert nearest_by_meaning(embedder, [], [two], 2) == []


def test_a_folder_without_a_model_is_one_line(model):
    with pytest.raises(ConfigError, match=r"no config\.json"):
        Embedder(model / "none")
    (model / "config.json").write_text("{}")
    with pytest.raises(ConfigError, match="not a BERT model"):
        Embedder(model)
