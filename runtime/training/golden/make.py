"""Makes the golden values of this package with PyTorch, transformers and PEFT.

    python -m venv /tmp/golden && /tmp/golden/bin/pip install -r requirements.txt
    /tmp/golden/bin/python make.py

Names after the script make only these: families, variants, `merge`.

Per family: fixtures/<family>/ holds a tiny random model as transformers saves it, adapter/ a random adapter as
PEFT saves it, golden.json tokens, losses and settings, golden.safetensors logits and gradients. Per variant of the
method: fixtures/<family>-<variant>/ holds the same but for the model, which is the family's.
fixtures/merge/ holds adapters and what `add_weighted_adapter` makes of them.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from peft.optimizers import create_loraplus_optimizer
from peft.tuners.lora import LoraModel
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    Qwen2Config,
    Qwen3Config,
    get_cosine_schedule_with_warmup,
)

FIXTURES = Path(__file__).parent / "fixtures"
BATCH, LENGTH, VOCABULARY = 2, 10, 64
SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=40,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    attn_implementation="eager",
)
FAMILIES = {
    "llama": LlamaConfig(
        **SIZES,
        num_hidden_layers=2,
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 500.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        },
        tie_word_embeddings=False,
    ),
    "llama-biased": LlamaConfig(
        **SIZES, num_hidden_layers=2, attention_bias=True, mlp_bias=True, tie_word_embeddings=True
    ),
    "qwen2": Qwen2Config(**SIZES, num_hidden_layers=2, tie_word_embeddings=True),
    "qwen3": Qwen3Config(**SIZES, num_hidden_layers=2, head_dim=16, tie_word_embeddings=True),
    "gemma3": Gemma3TextConfig(
        **SIZES,
        num_hidden_layers=2,
        head_dim=16,
        query_pre_attn_scalar=24,
        sliding_window=4,
        layer_types=["sliding_attention", "full_attention"],
    ),
}
# Names, ends of paths and expressions, of which the first that matches counts.
PATTERNS = dict(
    rank_pattern={"down_proj": 6, r"layers\.1\.self_attn\.[qk]_proj": 2},
    alpha_pattern={r"1\.mlp\.down_proj": 3, r".*\.0\.self_attn\.v_proj": 5, "down_proj": 9},
)
# Family, settings of LoRA, learning rate of B over A's.
VARIANTS = {
    "llama-dora": ("llama", dict(use_dora=True), 1.0),
    "llama-dropout": ("llama", dict(lora_dropout=0.25), 1.0),
    "llama-biased-patterns": ("llama-biased", PATTERNS, 1.0),
    "llama-biased-dora-patterns": ("llama-biased", dict(use_dora=True, **PATTERNS), 1.0),
    "qwen2-dora-dropout": ("qwen2", dict(use_dora=True, lora_dropout=0.25), 4.0),
}
LORA = dict(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")


def randomise(model: torch.nn.Module) -> None:
    """Fresh models have gains of one and biases of zero, which would hide mistakes."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
            else:
                parameter.copy_(torch.randn_like(parameter) * 0.2)


def loss_of(model, tokens, labels, weights):
    logits = model(input_ids=tokens).logits.float()
    losses = torch.nn.functional.cross_entropy(
        logits.reshape(-1, VOCABULARY), labels.reshape(-1), reduction="none"
    )
    return logits, (losses * weights.reshape(-1)).sum()


def batch(generator):
    tokens = torch.randint(0, VOCABULARY, (BATCH, LENGTH + 1), generator=generator)
    mask = (torch.rand((BATCH, LENGTH), generator=generator) < 0.7).float()
    return tokens[:, :-1].contiguous(), tokens[:, 1:].contiguous(), mask / mask.sum()


def plain(name: str) -> str:
    name = name.removeprefix("base_model.model.").replace(".default", "")
    # As PEFT names them in its files.
    return name.removesuffix(".weight") if "lora_magnitude" in name else name


def family(name: str, config) -> None:
    folder = FIXTURES / name
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(config).float().eval()
    randomise(model)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    generator = torch.Generator().manual_seed(2)
    batches = [batch(generator) for _ in range(4)]
    tensors = {}
    with torch.no_grad():
        tensors["base logits"], _ = loss_of(model, *batches[0])

    peft = get_peft_model(model, LoraConfig(**LORA))
    record(peft, folder, batches, tensors)


def variant(name: str, base: str, settings: dict, ratio: float) -> None:
    folder = FIXTURES / name
    model = AutoModelForCausalLM.from_pretrained(FIXTURES / base, attn_implementation="eager").float()
    torch.manual_seed(4)
    generator = torch.Generator().manual_seed(5)
    peft = get_peft_model(model, LoraConfig(**LORA, **settings))
    peft.peft_config["default"].base_model_name_or_path = base
    if rate := settings.get("lora_dropout"):
        Masks(peft, rate)
    record(peft, folder, [batch(generator) for _ in range(4)], {}, ratio)


class Masks:
    """Dropout with the masks of architectures/dropout.ts: all modules draw from one stream, rows before columns."""

    def __init__(self, peft, rate: float):
        layers = [m for m in peft.modules() if hasattr(m, "lora_dropout")]
        for index, layer in enumerate(layers):
            layer.lora_dropout["default"] = Masked(self, index)
        self.rate, self.sizes = rate, [layer.in_features for layer in layers]
        peft.set_dropout_seed = self.seed

    def seed(self, seed: int) -> None:
        stream = splitmix(seed)
        draw = lambda shape, least: torch.tensor(
            [least * (1 + next(stream)) for _ in range(int(np.prod(shape)))], dtype=torch.float32
        ).reshape(shape)
        modules = len(self.sizes)
        self.rows = draw((modules, BATCH, LENGTH), 1024)
        self.columns = draw((modules, max(self.sizes)), 1)


class Masked(torch.nn.Module):
    def __init__(self, masks: Masks, index: int):
        super().__init__()
        self.masks, self.index = masks, index

    def forward(self, x):
        if not self.training:
            return x
        masks = self.masks
        columns = masks.columns[self.index, : x.shape[-1]]
        product = masks.rows[self.index].unsqueeze(-1) * columns
        return torch.where(product - product.floor() >= masks.rate, x / (1 - masks.rate), 0.0)


def record(peft, folder: Path, batches: list, tensors: dict, ratio: float = 1.0) -> None:
    """Saves a random adapter, its logits, gradients of the first batch and 20 steps of AdamW."""
    with torch.no_grad():
        for key, parameter in peft.named_parameters():
            if "lora_magnitude" in key:
                parameter.mul_(1 + torch.randn_like(parameter) * 0.1)
            elif "lora_" in key:
                parameter.copy_(torch.randn_like(parameter) * 0.1)
    peft.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    seed = getattr(peft, "set_dropout_seed", lambda step: None)
    peft.eval()
    with torch.no_grad():
        tensors["logits"], _ = loss_of(peft, *batches[0])
    peft.train()
    seed(0)
    _, loss = loss_of(peft, *batches[0])
    loss.backward()
    trainable = {key: p for key, p in peft.named_parameters() if p.requires_grad}
    for key, parameter in trainable.items():
        tensors[f"gradient:{plain(key)}"] = parameter.grad.clone()
        parameter.grad = None

    if ratio == 1:
        optimizer = torch.optim.AdamW(trainable.values(), lr=1e-2, weight_decay=0.1)
    else:
        optimizer = create_loraplus_optimizer(
            peft, torch.optim.AdamW, lr=1e-2, loraplus_lr_ratio=ratio, loraplus_weight_decay=0.1
        )
    schedule = get_cosine_schedule_with_warmup(optimizer, 5, 20)
    losses, norms, rates = [], [], []
    for step in range(20):
        seed(step)
        _, step_loss = loss_of(peft, *batches[step % 4])
        step_loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(trainable.values(), 1.0)))
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(float(step_loss.detach()))
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "golden.safetensors")
    golden = {
        "loss": float(loss.detach()),
        "batches": [
            {"tokens": t.flatten().tolist(), "labels": l.flatten().tolist(), "weights": w.flatten().tolist()}
            for t, l, w in batches
        ],
        "losses": losses,
        "norms": norms,
        "rates": rates,
    }
    (folder / "golden.json").write_text(json.dumps(golden))


def splitmix(seed: int):
    """The generator of optimizer/random.ts, so that dropped values agree."""
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x9E3779B9) & 0xFFFFFFFF
        mixed = ((state ^ (state >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 15)) * 0x735A2D97) & 0xFFFFFFFF
        yield (mixed ^ (mixed >> 15)) / 2**32


def seed_of(path: str, seed: int) -> int:
    """FNV-1a of the module path, mixed with the seed."""
    value = 0x811C9DC5
    for byte in path.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value ^ seed


def merges() -> None:
    folder = FIXTURES / "merge"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    config = LlamaConfig(**{**SIZES, "hidden_size": 16, "intermediate_size": 24}, num_hidden_layers=1)
    model = AutoModelForCausalLM.from_config(config)
    targets = ["k_proj", "down_proj"]
    settings = {"a": (4, 8), "b": (4, 6), "c": (4, 3), "d": (2, 5)}
    peft = None
    for name, (rank, alpha) in settings.items():
        lora = LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets, init_lora_weights=False)
        if peft is None:
            peft = get_peft_model(model, lora, adapter_name=name)
        else:
            peft.add_adapter(name, lora)
    with torch.no_grad():
        for key, parameter in peft.named_parameters():
            if "lora_" in key:
                parameter.copy_(torch.randn_like(parameter) * 0.5)

    stream = {"next": None}
    names = {id(module): key for key, module in model.named_modules()}
    for method in ("_generalized_task_arithmetic_weighted_adapter", "_svd_generalized_task_arithmetic_weighted_adapter"):
        original = getattr(LoraModel, method)

        def seeded(self, *arguments, original=original, **options):
            target = next(a for a in arguments if isinstance(a, torch.nn.Module))
            stream["next"] = splitmix(seed_of(names[id(target)], 7))
            return original(self, *arguments, **options)

        setattr(LoraModel, method, seeded)

    def bernoulli(probabilities):
        chances = probabilities.flatten().tolist()
        return torch.tensor([float(next(stream["next"]) < p) for p in chances]).reshape(probabilities.shape)

    torch.bernoulli = bernoulli
    cases = []
    for method in ["cat", "linear", "svd", "ties", "ties_svd", "dare_linear", "dare_ties", "dare_linear_svd",
                   "dare_ties_svd", "magnitude_prune", "magnitude_prune_svd"]:
        ranks_differ = method in ("cat", "svd")
        adapters = ["a", "b", "d"] if ranks_differ else ["a", "b", "c"]
        for sign in ["total", "frequency"] if "ties" in method else ["total"]:
            density = None if method in ("cat", "linear", "svd") else 0.6
            name = f"{method}-{sign}"
            peft.base_model.add_weighted_adapter(
                adapters, [0.7, -0.3, 0.5], name, combination_type=method, density=density, majority_sign_method=sign
            )
            cases.append({"name": name, "method": method, "sign": sign, "adapters": adapters,
                          "weights": [0.7, -0.3, 0.5], "density": density, "seed": 7})
    tensors = {}
    for key, parameter in peft.named_parameters():
        if "lora_" not in key:
            continue
        head, name, tail = key.rsplit(".", 2)
        tensors[f"{name}:{head.removeprefix('base_model.model.')}.{tail}"] = parameter.detach().contiguous()
    save_file(tensors, folder / "golden.safetensors")
    golden = {"cases": cases, "adapters": {n: {"rank": r, "alpha": a} for n, (r, a) in settings.items()}}
    (folder / "golden.json").write_text(json.dumps(golden))


if __name__ == "__main__":
    torch.set_num_threads(2)
    FIXTURES.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or [*FAMILIES, *VARIANTS, "merge"]
    for name in wanted:
        if name in FAMILIES:
            family(name, FAMILIES[name])
        elif name in VARIANTS:
            variant(name, *VARIANTS[name])
        else:
            merges()
