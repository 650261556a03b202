"""Makes the golden values of encoders with PyTorch, transformers and PEFT.

    python -m venv /tmp/golden && /tmp/golden/bin/pip install -r requirements.txt
    /tmp/golden/bin/python make_encoders.py [FOLDER]

fixtures/bert/ holds a tiny random BERT as transformers saves it, adapter/ a random adapter as PEFT saves it,
golden.json batches of texts and losses, golden.safetensors states, vectors and gradients. With FOLDER, that of the
catalogue's all-MiniLM-L6-v2, fixtures/minilm/ holds the same but for the model, whose weights are widened from ONNX
here, by this script's own reading of it; of full gradients it holds 64 numbers each.
"""

import json
import os
import sys
from pathlib import Path

# Else PEFT looks for the base of an adapter on the hub.
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy, normalize
from transformers import BertConfig, BertModel, get_cosine_schedule_with_warmup

FIXTURES = Path(__file__).parent / "fixtures"
TINY = BertConfig(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=40,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=16,
    type_vocab_size=2,
    attn_implementation="eager",
)
STEPS, SAMPLES = 20, 64


def randomise(model: torch.nn.Module) -> None:
    """Fresh models have gains of one and biases of zero, which would hide mistakes."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
            else:
                parameter.copy_(torch.randn_like(parameter) * 0.2)


def padded(texts: list) -> tuple:
    length = max(len(text) for text in texts)
    tokens = torch.tensor([text + [0] * (length - len(text)) for text in texts])
    mask = torch.tensor([[1] * len(text) + [0] * (length - len(text)) for text in texts])
    return tokens, mask


def states_of(model, tokens, mask, types):
    return model(input_ids=tokens, attention_mask=mask, token_type_ids=types).last_hidden_state


def mean_of(states, mask):
    """sentence-transformers' Pooling in the mode `mean`."""
    wide = mask.unsqueeze(-1).float()
    return (states * wide).sum(1) / wide.sum(1).clamp(min=1e-9)


def embed(model, texts: list):
    tokens, mask = padded(texts)
    return mean_of(states_of(model, tokens, mask, torch.zeros_like(tokens)), mask)


def ranking_loss(model, batch: list):
    """sentence-transformers' MultipleNegativesRankingLoss with cos_sim and its scale of 20."""
    columns = [[pair["passage"] for pair in batch]]
    for place in range(len(batch[0]["negatives"])):
        columns.append([pair["negatives"][place] for pair in batch])
    anchors = embed(model, [pair["question"] for pair in batch])
    candidates = torch.cat([embed(model, column) for column in columns])
    scores = normalize(anchors, dim=1) @ normalize(candidates, dim=1).T * 20
    return cross_entropy(scores, torch.arange(len(batch)))


class Texts:
    """Random texts; the first and the last token of each are markers where there are any."""

    def __init__(self, vocabulary: int, markers: tuple = ()):
        self.generator = torch.Generator().manual_seed(2)
        self.vocabulary, self.markers = vocabulary, markers

    def number(self, least: int, end: int) -> int:
        return int(torch.randint(least, end, (1,), generator=self.generator))

    def text(self, longest: int) -> list:
        inner = self.number(2, longest - len(self.markers) + 1)
        words = [self.number(1, self.vocabulary) for _ in range(inner)]
        return [*self.markers[:1], *words, *self.markers[1:]]

    def pair(self, shape: dict) -> dict:
        negatives = [self.text(shape["passageLength"]) for _ in range(shape["negatives"])]
        question, passage = self.text(shape["questionLength"]), self.text(shape["passageLength"])
        return {"question": question, "passage": passage, "negatives": negatives}


def plain(name: str) -> str:
    return name.removeprefix("base_model.model.").replace(".default", "")


def trained(model, batches: list, rate: float) -> tuple:
    """Gradients of the first batch, and the losses of 20 steps of AdamW with clipping, warm-up and cosine."""
    parameters = {plain(key): p for key, p in model.named_parameters() if p.requires_grad}
    ranking_loss(model, batches[0]).backward()
    gradients = {key: p.grad.clone() for key, p in parameters.items()}
    optimizer = torch.optim.AdamW(parameters.values(), lr=rate, weight_decay=0.1)
    schedule = get_cosine_schedule_with_warmup(optimizer, 5, STEPS)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = ranking_loss(model, batches[step % len(batches)])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return gradients, losses


def sample(gradient):
    """Numbers spread over the tensor, among them the largest."""
    flat = gradient.flatten()
    places = torch.linspace(0, len(flat) - 1, SAMPLES).long()
    places[0] = flat.abs().argmax()
    return places.int(), flat[places].contiguous()


def record(folder: Path, make, settings: dict) -> None:
    """`make` gives a model afresh, as steps change it."""
    texts, shape = settings["texts"], settings["shape"]
    batches = [[texts.pair(shape) for _ in range(shape["pairs"] - (place == 1))] for place in range(4)]
    tokens, mask = padded([texts.text(shape["passageLength"]) for _ in range(2)])
    types = torch.randint(0, 2, tokens.shape, generator=texts.generator)
    tensors = {}
    model = make()
    with torch.no_grad():
        tensors["states"] = states_of(model, tokens, mask, types)
        tensors["vectors"] = normalize(mean_of(tensors["states"], mask), dim=1)
    gradients, full = trained(model, batches, settings["full_rate"])
    for key, gradient in gradients.items():
        if settings["sampled"]:
            tensors[f"places:{key}"], tensors[f"sample:{key}"] = sample(gradient)
        else:
            tensors[f"gradient:{key}"] = gradient

    torch.manual_seed(3)
    lora = LoraConfig(**settings["lora"], init_lora_weights=False, task_type="FEATURE_EXTRACTION")
    adapted = get_peft_model(make(), lora)
    adapted.peft_config["default"].base_model_name_or_path = folder.name
    with torch.no_grad():
        for key, parameter in adapted.named_parameters():
            if "lora_" in key:
                parameter.copy_(torch.randn_like(parameter) * settings["spread"])
    adapted.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    with torch.no_grad():
        states = states_of(adapted, tokens, mask, types)
        tensors["adapted vectors"] = normalize(mean_of(states, mask), dim=1)
    gradients, losses = trained(adapted, batches, settings["lora_rate"])
    tensors.update({f"gradient:{key}": gradient for key, gradient in gradients.items()})
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "golden.safetensors")
    golden = {
        "made with": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
        "shape": shape,
        "texts": {"tokens": tokens.tolist(), "mask": mask.tolist(), "types": types.tolist()},
        "batches": batches,
        "fullLosses": full,
        "loraLosses": losses,
    }
    (folder / "golden.json").write_text(json.dumps(golden))


def tiny() -> None:
    folder = FIXTURES / "bert"
    torch.manual_seed(1)
    model = BertModel(TINY, add_pooling_layer=False).float()
    randomise(model)
    model.save_pretrained(folder)

    def make():
        return BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()

    record(
        folder,
        make,
        {
            "texts": Texts(TINY.vocab_size),
            "shape": {"pairs": 4, "negatives": 1, "questionLength": 6, "passageLength": 10},
            "lora": dict(r=4, lora_alpha=8, target_modules="all-linear"),
            "spread": 0.1,
            "full_rate": 2e-3,
            "lora_rate": 1e-2,
            "sampled": False,
        },
    )


def fields(message: bytes):
    """Numbers and contents of a protobuf message."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
            continue
        size = {1: 8, 5: 4}.get(tag & 7) or varint()
        yield tag >> 3, message[at : at + size]
        at += size


def onnx_tensors(file: Path) -> tuple:
    """What the model's initializers hold, and [N, K] of the products that read them."""
    graph = next(content for number, content in fields(file.read_bytes()) if number == 7)
    beside = Path(f"{file}_data").read_bytes()
    tensors, sizes = {}, {}
    for number, content in fields(graph):
        parts = list(fields(content)) if number in (1, 5) else []
        if number == 1 and (4, b"MatMulNBits") in parts:
            attributes = [dict(fields(value)) for key, value in parts if key == 5]
            whole = {one[1].decode(): one.get(3) for one in attributes}
            inputs = [value.decode() for key, value in parts if key == 1]
            sizes[inputs[1]] = (whole["N"], whole["K"], inputs[2])
        elif number == 5:
            one = dict(parts)
            outside = dict(tuple(text.decode() for _, text in fields(value)) for key, value in parts if key == 13)
            if not outside:
                continue
            start, size = int(outside["offset"]), int(outside["length"])
            kind = {1: np.float32, 2: np.uint8}[one[2]]
            tensors[one[8].decode()] = np.frombuffer(beside[start : start + size], kind)
    return tensors, sizes


def widened(file: Path) -> dict:
    """The state of BertModel, matrices of four bits as (value − 8) · scale in blocks of 32."""
    tensors, sizes = onnx_tensors(file)
    state = {}
    for name, values in tensors.items():
        if name.endswith("_scales"):
            continue
        if name in sizes:
            rows, columns, scales = sizes[name]
            four = np.stack([values & 15, values >> 4], axis=-1).reshape(rows, columns // 32, 32)
            wide = (four.astype(np.float32) - 8) * tensors[scales].reshape(rows, columns // 32, 1)
            values = wide.reshape(rows, columns)
        for old, new in [
            (".model.embeddings", "embeddings"),
            ("model.layers.-1.embeddings_norm_layernorm", "embeddings.LayerNorm"),
            ("model.layers.", "encoder.layer."),
            ("attn.q_proj", "attention.self.query"),
            ("attn.k_proj", "attention.self.key"),
            ("attn.v_proj", "attention.self.value"),
            ("attn.o_proj", "attention.output.dense"),
            ("attention_output_norm_layernorm", "attention.output.LayerNorm"),
            ("mlp_output_norm_layernorm", "output.LayerNorm"),
            ("mlp.fc1", "intermediate.dense"),
            ("mlp.fc2", "output.dense"),
            ("MatMul.weight_Q4", "weight"),
            ("Add.bias", "bias"),
        ]:
            name = name.replace(old, new)
        state[name] = torch.tensor(values)
    return state


def minilm(source: Path) -> None:
    folder = FIXTURES / "minilm"
    folder.mkdir(exist_ok=True)
    config = BertConfig.from_pretrained(source, attn_implementation="eager")
    state = widened(source / "onnx" / "model_q4.onnx")

    def make():
        model = BertModel(config, add_pooling_layer=False).float().eval()
        own = model.state_dict()
        left = model.load_state_dict({key: value.reshape(own[key].shape) for key, value in state.items()}, strict=False)
        assert not left.unexpected_keys and set(left.missing_keys) <= {"embeddings.position_ids"}, left
        return model

    record(
        folder,
        make,
        {
            "texts": Texts(config.vocab_size, (101, 102)),
            "shape": {"pairs": 3, "negatives": 1, "questionLength": 6, "passageLength": 8},
            "lora": dict(r=2, lora_alpha=4, target_modules=["query", "value"]),
            "spread": 0.05,
            "full_rate": 1e-5,
            "lora_rate": 1e-3,
            "sampled": True,
        },
    )


if __name__ == "__main__":
    torch.set_num_threads(2)
    tiny()
    if len(sys.argv) > 1:
        minilm(Path(sys.argv[1]))
