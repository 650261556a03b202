"""Writes fixtures of encoders with a score head from PyTorch, transformers and PEFT: into fixtures/reranker what a tiny
random BERT scores, and into fixtures/reranker-minilm what all-MiniLM-L6-v2 does with a random head.

usage: python make_rerankers.py [folder of all-MiniLM-L6-v2 in 4-bit ONNX]
       python make_rerankers.py --onnx    scores of fixtures/reranker/model.onnx by Python's onnxruntime, added to
                                          golden.json; testing/write-reranker-onnx.ts writes that file

The model is BertForSequenceClassification with one label on `[CLS] question [SEP] passage [SEP]`; the loss is the
cross-entropy of the wanted passage, the first, among the scores of its list.
"""

import json
import sys
from pathlib import Path

import peft
import torch
import transformers
from make_encoders import FIXTURES, SAMPLES, STEPS, TINY, Texts, plain, randomise, sample, widened
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForSequenceClassification, get_cosine_schedule_with_warmup


def own_name(name: str) -> str:
    """As our programs call it: without what PEFT and the head's model put before."""
    return plain(name).replace(".modules_to_save", "").removeprefix("bert.")


def rows_of(lists: list) -> tuple:
    texts = [text for one in lists for text in one]
    length = max(len(text["tokens"]) for text in texts)
    rest = [length - len(text["tokens"]) for text in texts]
    tokens = [text["tokens"] + [0] * left for text, left in zip(texts, rest)]
    mask = [[1] * len(text["tokens"]) + [0] * left for text, left in zip(texts, rest)]
    types = [[0] * text["question"] + [1] * (length - text["question"]) for text in texts]
    return tuple(torch.tensor(one) for one in (tokens, mask, types))


def scores_of(model, lists: list):
    tokens, mask, types = rows_of(lists)
    return model(input_ids=tokens, attention_mask=mask, token_type_ids=types).logits[:, 0]


def list_loss(model, lists: list):
    scores = scores_of(model, lists)
    sizes = [len(one) for one in lists]
    each = [cross_entropy(own[None], torch.zeros(1).long()) for own in scores.split(sizes)]
    return torch.stack(each).mean()


def trained(model, batches: list, rate: float) -> tuple:
    parameters = {own_name(key): p for key, p in model.named_parameters() if p.requires_grad}
    list_loss(model, batches[0]).backward()
    gradients = {key: p.grad.clone() for key, p in parameters.items()}
    optimizer = torch.optim.AdamW(parameters.values(), lr=rate, weight_decay=0.1)
    schedule = get_cosine_schedule_with_warmup(optimizer, 5, STEPS)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = list_loss(model, batches[step % len(batches)])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return gradients, losses


class Lists(Texts):
    def pair(self, shape: dict) -> dict:
        longest = shape["length"]
        tokens = self.text(longest)
        while len(tokens) < 5:
            tokens = self.text(longest)
        return {"tokens": tokens, "question": self.number(2, len(tokens) - 1)}

    def list(self, shape: dict, candidates: int) -> list:
        return [self.pair(shape) for _ in range(candidates)]


def record(folder: Path, make, settings: dict) -> None:
    """`make` gives the encoder afresh; the head is the same random one each time."""
    folder.mkdir(exist_ok=True)
    texts, shape = settings["texts"], settings["shape"]
    # The second batch has a list fewer and one passage fewer in a list.
    batches = [
        [
            texts.list(shape, shape["candidates"] - (place == 1 and row == 0))
            for row in range(shape["lists"] - (place == 1))
        ]
        for place in range(4)
    ]
    torch.manual_seed(5)
    head = {
        key: torch.randn_like(value) * 0.2
        for key, value in make().state_dict().items()
        if "pooler" in key or "classifier" in key
    }

    def model():
        fresh = make()
        fresh.load_state_dict(head, strict=False)
        return fresh

    tensors = {f"head:{own_name(key)}": value for key, value in head.items()}
    with torch.no_grad():
        tensors["scores"] = scores_of(model(), batches[0])
    gradients, full = trained(model(), batches, settings["full_rate"])
    for key, gradient in gradients.items():
        if settings["sampled"] and gradient.numel() > SAMPLES:
            tensors[f"places:{key}"], tensors[f"sample:{key}"] = sample(gradient)
        else:
            tensors[f"gradient:{key}"] = gradient

    torch.manual_seed(3)
    targets = settings["targets"]
    lora = LoraConfig(
        **settings["lora"],
        target_modules=rf".*encoder\.layer.*\.({'|'.join(targets)})",
        modules_to_save=["pooler", "classifier"],
        init_lora_weights=False,
    )
    adapted = get_peft_model(model(), lora)
    for key, parameter in adapted.named_parameters():
        if "lora_" in key:
            with torch.no_grad():
                parameter.copy_(torch.randn_like(parameter) * settings["spread"])
            tensors[f"factor:{own_name(key)}"] = parameter.detach().clone()
    with torch.no_grad():
        tensors["adapted scores"] = scores_of(adapted, batches[0])
    gradients, losses = trained(adapted, batches, settings["lora_rate"])
    for key, gradient in gradients.items():
        if settings["sampled"] and gradient.numel() > SAMPLES:
            tensors[f"lora places:{key}"], tensors[f"lora sample:{key}"] = sample(gradient)
        else:
            tensors[f"lora gradient:{key}"] = gradient
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "golden.safetensors")
    golden = {
        "made with": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
        "shape": shape,
        "batches": batches,
        "fullLosses": full,
        "loraLosses": losses,
    }
    (folder / "golden.json").write_text(json.dumps(golden))


def scorer(config, state: dict):
    model = BertForSequenceClassification(config).float().eval()
    own = model.state_dict()
    given = {f"bert.{key}": value.reshape(own[f"bert.{key}"].shape) for key, value in state.items()}
    left = model.load_state_dict(given, strict=False)
    assert not left.unexpected_keys, left
    return model


def tiny() -> None:
    plain_config = {key: value for key, value in TINY.to_dict().items() if key not in ("id2label", "label2id")}
    config = BertConfig(**plain_config, num_labels=1)
    config._attn_implementation = "eager"
    state = load_file(FIXTURES / "bert" / "model.safetensors")
    record(
        FIXTURES / "reranker",
        lambda: scorer(config, state),
        {
            "texts": Lists(TINY.vocab_size),
            "shape": {"lists": 3, "candidates": 3, "length": 12},
            "lora": dict(r=4, lora_alpha=8),
            "targets": ["query", "key", "value", "dense"],
            "spread": 0.1,
            "full_rate": 2e-3,
            "lora_rate": 1e-2,
            "sampled": False,
        },
    )


def minilm(source: Path) -> None:
    config = BertConfig.from_pretrained(source, num_labels=1, attn_implementation="eager")
    state = widened(source / "onnx" / "model_q4.onnx")
    record(
        FIXTURES / "reranker-minilm",
        lambda: scorer(config, state),
        {
            "texts": Lists(config.vocab_size, (101, 102)),
            "shape": {"lists": 2, "candidates": 3, "length": 12},
            "lora": dict(r=2, lora_alpha=4),
            "targets": ["query", "value"],
            "spread": 0.05,
            "full_rate": 1e-5,
            "lora_rate": 1e-3,
            "sampled": True,
        },
    )


def onnx_scores() -> None:
    import numpy as np
    import onnxruntime

    file = FIXTURES / "reranker" / "golden.json"
    golden = json.loads(file.read_text())
    session = onnxruntime.InferenceSession(FIXTURES / "reranker" / "model.onnx")
    tokens, mask, types = (one.numpy().astype(np.int64) for one in rows_of(golden["batches"][0]))
    (logits,) = session.run(
        ["logits"], {"input_ids": tokens, "attention_mask": mask, "token_type_ids": types}
    )
    golden["onnxScores"] = [float(one) for one in logits[:, 0]]
    golden["made with"]["onnxruntime"] = onnxruntime.__version__
    file.write_text(json.dumps(golden))


if __name__ == "__main__":
    torch.set_num_threads(2)
    if sys.argv[1:] == ["--onnx"]:
        onnx_scores()
    else:
        tiny()
        if len(sys.argv) > 1:
            minilm(Path(sys.argv[1]))
