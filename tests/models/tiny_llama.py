"""A language model of the Llama type with two or three narrow layers and a byte tokenizer, random with a seed."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from models.actionllm import FrozenModel


def tiny_llama(size: int = 24, layers: int = 3, seed: int = 0) -> FrozenModel:
    """In float32, frozen."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(["<|end|>", *alphabet])}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(alphabet) + 1,
                hidden_size=size,
                intermediate_size=2 * size,
                num_hidden_layers=layers,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=512,
                initializer_range=0.2,
            )
        )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")
    return FrozenModel(network.eval().requires_grad_(False), fast, "tiny", "tiny-0")


def save_tiny_llama(folder: Path, size: int = 24, layers: int = 3) -> Path:
    frozen = tiny_llama(size, layers)
    frozen.backbone.save_pretrained(folder)
    frozen.tokenizer.save_pretrained(folder)
    return folder
