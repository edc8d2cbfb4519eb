"""A language model of two layers with a few hundred tokens, built in code: SensorLLM's real paths in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from models.sensorllm.data import draw_style, trend_answer, trend_facts

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def build_backbone(folder: Path, seed: int = 0) -> Path:
    """A `save_pretrained` folder: ChatML's special tokens, pieces learnt from trend answers, random weights."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_answers(), trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|endoftext|>",
        additional_special_tokens=list(SPECIAL[1:]),
        clean_up_tokenization_spaces=False,
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=4096,
            tie_word_embeddings=True,
            eos_token_id=0,
            bos_token_id=0,
        )
    ).save_pretrained(folder)
    return folder


def _answers(count: int = 120) -> list[str]:
    rng = np.random.default_rng(0)
    return [
        trend_answer(trend_facts(rng.standard_normal(6), 50.0, "x-axis accelerometer"), draw_style(rng))
        for _ in range(count)
    ]
