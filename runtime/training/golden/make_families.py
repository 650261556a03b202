"""Makes fixtures/families: one tiny random checkpoint per family, with what is peculiar to the family.

    python -m venv /tmp/golden && /tmp/golden/bin/pip install -r requirements.txt
    /tmp/golden/bin/python make_families.py

A folder holds the checkpoint in bf16 as transformers saves it, adapter/ as PEFT saves it, and quantised.gguf, written
with the `gguf` package only: the checkpoint in blocks. golden.safetensors holds what transformers and PEFT compute:

    logits, adapted logits, gradient:NAME                    on the checkpoint
    quantised logits, quantised gradient:NAME                on the weights that `gguf` reads from quantised.gguf
    full gradient:NAME                                       on the same, of every weight and without the adapter

Names after the script make only these.
"""

import json
import math
import shutil
import sys

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as T
from make import BATCH, FIXTURES, LENGTH, LORA, VOCABULARY, batch, loss_of, plain
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

FOLDER = FIXTURES / "families"
SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=None,
    attn_implementation="eager",
)
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
GEMMA_ROPE = {
    "full_attention": {"rope_type": "linear", "rope_theta": 1e6, "factor": 8.0},
    "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
}
FAMILIES = {
    "llama3": LlamaConfig(**SIZES, rope_parameters=LLAMA3, tie_word_embeddings=False),
    "llama3-tied": LlamaConfig(**SIZES, rope_parameters=LLAMA3, tie_word_embeddings=True),
    "qwen2.5": Qwen2Config(**SIZES, tie_word_embeddings=True),
    "qwen3": Qwen3Config(**SIZES, head_dim=16, tie_word_embeddings=True),
    "gemma3": Gemma3TextConfig(
        **{**SIZES, "num_hidden_layers": 6},
        head_dim=16,
        query_pre_attn_scalar=16,
        sliding_window=4,
        rope_parameters=GEMMA_ROPE,
    ),
    "mistral": MistralConfig(**SIZES, head_dim=16, sliding_window=4, tie_word_embeddings=False),
    "smollm": LlamaConfig(
        **{**SIZES, "num_key_value_heads": 4},
        rope_parameters={"rope_type": "default", "rope_theta": 1e5},
        tie_word_embeddings=True,
    ),
}
# By the last part of a weight's name.
BLOCKS = {
    "embed_tokens": T.Q8_0,
    "lm_head": T.Q8_0,
    "q_proj": T.Q5_0,
    "k_proj": T.Q5_1,
    "v_proj": T.Q4_0,
    "o_proj": T.Q4_1,
    "gate_proj": T.Q5_0,
    "up_proj": T.Q8_0,
    "down_proj": T.Q5_1,
}
ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
    "gemma3_text": gguf.MODEL_ARCH.GEMMA3,
}


def randomise(model) -> None:
    """Gentle, so that rounding does not grow from layer to layer; gains and biases that would show if ignored."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
            else:
                parameter.copy_(torch.randn_like(parameter) * 0.15)
            parameter.copy_(parameter.bfloat16())


def paired(rows: np.ndarray, heads: int, back: bool = False) -> np.ndarray:
    """The order of q's and k's rows in GGUF files of the architecture llama, and back."""
    half = rows.shape[0] // heads // 2
    first, second = (half, 2) if back else (2, half)
    return rows.reshape(heads, first, second, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def add_settings(writer: gguf.GGUFWriter, config) -> None:
    writer.add_name("test")
    writer.add_vocab_size(VOCABULARY)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_width(config))
    writer.add_value_length(head_width(config))
    writer.add_rope_dimension_count(head_width(config))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    rope = config.rope_parameters.get("full_attention", config.rope_parameters)
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if getattr(config, "sliding_window", None) is not None:
        writer.add_sliding_window(config.sliding_window)
    # The smallest vocabulary that llama.cpp loads: it need not know every byte.
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(["<unk>", "<s>", "</s>", *(chr(33 + i) for i in range(VOCABULARY - 3))])
    writer.add_token_types([2, 3, 3, *[1] * (VOCABULARY - 3)])
    writer.add_token_merges(["! !"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def head_width(config) -> int:
    return getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def rope_divisors(config) -> np.ndarray | None:
    """`rope_freqs.weight` as llama.cpp's converter computes it from Llama 3's scaling."""
    rope = config.rope_parameters
    if rope.get("rope_type") != "llama3":
        return None
    width, old = head_width(config), rope["original_max_position_embeddings"]
    divisors = []
    for i in range(0, width, 2):
        length = 2 * math.pi * rope["rope_theta"] ** (i / width)
        if length < old / rope["high_freq_factor"]:
            divisors.append(1)
        elif length > old / rope["low_freq_factor"]:
            divisors.append(rope["factor"])
        else:
            ramp = (old / length - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
            divisors.append(1 / ((1 - ramp) / rope["factor"] + ramp))
    return np.array(divisors, dtype=np.float32)


def write_quantised(file, model) -> dict[str, torch.Tensor]:
    """Writes the model in blocks, and returns its weights as the blocks hold them."""
    config = model.config
    architecture = ARCHITECTURES[config.model_type]
    writer = gguf.GGUFWriter(file, gguf.MODEL_ARCH_NAMES[architecture])
    add_settings(writer, config)
    names = gguf.get_tensor_name_map(architecture, config.num_hidden_layers)
    weights = {}
    if (divisors := rope_divisors(config)) is not None:
        writer.add_tensor("rope_freqs.weight", divisors)
    for name, parameter in model.named_parameters():
        values = parameter.detach().float().numpy()
        kind = name.split(".")[-2]
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(kind)
        permuted = heads is not None and architecture == gguf.MODEL_ARCH.LLAMA
        if permuted:
            values = paired(values, heads)
        less_one = config.model_type == "gemma3_text" and "norm" in kind
        if less_one:
            values = values + np.float32(1)
        encoding = BLOCKS[kind] if values.ndim == 2 else T.F32
        data = gguf.quants.quantize(np.ascontiguousarray(values), encoding)
        writer.add_tensor(names.get_name(name, (".weight", ".bias")), data, raw_dtype=encoding)
        read = np.ascontiguousarray(gguf.quants.dequantize(data, encoding), dtype=np.float32).reshape(values.shape)
        if permuted:
            read = paired(read, heads, back=True)
        weights[name] = torch.tensor(read - np.float32(1) if less_one else read)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return weights


def gradients(model, given, prefix: str, tensors: dict) -> None:
    model.zero_grad()
    _, loss = loss_of(model, *given)
    loss.backward()
    for key, parameter in model.named_parameters():
        if parameter.grad is not None:
            tensors[f"{prefix}:{plain(key)}"] = parameter.grad.clone()


def opened(folder):
    """In f32, frequencies and the scale of Gemma's embedding included."""
    return AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()


def family(name: str, config) -> None:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(config).float().eval()
    randomise(model)
    model.bfloat16().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = opened(folder)
    given = batch(torch.Generator().manual_seed(2))
    tensors = {}
    with torch.no_grad():
        tensors["logits"], _ = loss_of(model, *given)

    peft = get_peft_model(model, LoraConfig(**LORA))
    with torch.no_grad():
        for key, parameter in peft.named_parameters():
            if "lora_" in key:
                parameter.copy_(torch.randn_like(parameter) * 0.1)
    peft.peft_config["default"].base_model_name_or_path = name
    peft.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    with torch.no_grad():
        tensors["adapted logits"], _ = loss_of(peft, *given)
    gradients(peft, given, "gradient", tensors)

    quantised = opened(folder)
    weights = write_quantised(folder / "quantised.gguf", quantised)
    with torch.no_grad():
        for key, parameter in quantised.named_parameters():
            parameter.copy_(weights[key])
    gradients(quantised, given, "full gradient", tensors)
    adapted = PeftModel.from_pretrained(quantised, folder / "adapter", is_trainable=True).eval()
    with torch.no_grad():
        tensors["quantised logits"], _ = loss_of(adapted, *given)
    gradients(adapted, given, "quantised gradient", tensors)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "golden.safetensors")
    (folder / "batch.json").write_text(
        json.dumps(dict(zip(("tokens", "labels", "weights"), (part.flatten().tolist() for part in given))))
    )


if __name__ == "__main__":
    torch.set_num_threads(2)
    assert (BATCH, LENGTH) == (2, 10)
    for wanted in sys.argv[1:] or FAMILIES:
        family(wanted, FAMILIES[wanted])
