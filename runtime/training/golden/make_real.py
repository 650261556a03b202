"""Makes fixtures/gemma-3-270m/golden.json: what transformers and PEFT compute with the real weights.

    npx tsx testing/real-start.ts gemma-3-270m-q4_k_m.gguf /tmp/real
    /tmp/golden/bin/python golden/make_real.py gemma-3-270m-q4_k_m.gguf /tmp/real

Graft writes the first factors, the rows of each step and the rates; see real-start.ts. The weights are those of the GGUF
file, widened with the `gguf` package only. golden.json holds each step's loss and gradient norm, and for the held-out
rows the likeliest next tokens with their log-probabilities, of the base and with the trained adapter.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, Gemma3TextConfig

TARGET = Path(__file__).parent / "fixtures" / "gemma-3-270m" / "golden.json"
MOST = 8
CLIP = 1.0


def value(reader: gguf.GGUFReader, key: str):
    return reader.fields[f"gemma3.{key}"].contents()


def opened(file: str) -> AutoModelForCausalLM:
    reader = gguf.GGUFReader(file)
    stored = {tensor.name: tensor for tensor in reader.tensors}
    config = Gemma3TextConfig(
        vocab_size=int(stored["token_embd.weight"].shape[1]),
        hidden_size=value(reader, "embedding_length"),
        intermediate_size=value(reader, "feed_forward_length"),
        num_hidden_layers=value(reader, "block_count"),
        num_attention_heads=value(reader, "attention.head_count"),
        num_key_value_heads=value(reader, "attention.head_count_kv"),
        head_dim=value(reader, "attention.key_length"),
        query_pre_attn_scalar=value(reader, "attention.key_length"),
        sliding_window=value(reader, "attention.sliding_window"),
        max_position_embeddings=value(reader, "context_length"),
        rms_norm_eps=value(reader, "attention.layer_norm_rms_epsilon"),
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": value(reader, "rope.freq_base")},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
        },
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    model = AutoModelForCausalLM.from_config(config).float().eval()
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.GEMMA3, config.num_hidden_layers)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            tensor = stored.pop(names.get_name(name, (".weight",)))
            values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            # GGUF files hold gains, transformers' norms one less.
            less = np.float32(1 if "norm" in name else 0)
            parameter.copy_(torch.tensor(values - less).reshape(parameter.shape))
    assert not stored, f"unknown tensors: {list(stored)}"
    return model


def likeliest(model, rows) -> list:
    answers = []
    with torch.no_grad():
        for row in rows:
            logs = model(input_ids=torch.tensor([row["tokens"]])).logits[0].log_softmax(-1)
            top = logs.topk(MOST)
            answers.append(
                [
                    [[int(i), round(float(x), 6)] for i, x in zip(ids, xs)]
                    for ids, xs in zip(top.indices, top.values)
                ]
            )
    return answers


def batch(rows) -> dict:
    longest = max(len(row["tokens"]) for row in rows)
    pad = lambda values, with_: values + [with_] * (longest - len(values))
    labels = [[t if c else -100 for t, c in zip(row["tokens"], row["trained"])] for row in rows]
    return dict(
        input_ids=torch.tensor([pad(row["tokens"], 0) for row in rows]),
        attention_mask=torch.tensor([pad([1] * len(row["tokens"]), 0) for row in rows]),
        labels=torch.tensor([pad(each, -100) for each in labels]),
    )


def main(file: str, folder: Path) -> None:
    start = json.loads((folder / "start.json").read_text())
    model = opened(file)
    golden = {"losses": [], "norms": [], "base": likeliest(model, start["heldOut"])}
    model = PeftModel.from_pretrained(model, folder / "adapter", is_trainable=True)
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trainable, weight_decay=0.0)
    for at, (places, rate) in enumerate(zip(start["steps"], start["rates"])):
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = model(**batch([start["train"][place] for place in places])).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(trainable, CLIP)
        optimizer.step()
        optimizer.zero_grad()
        golden["losses"].append(round(loss.item(), 7))
        golden["norms"].append(round(norm.item(), 7))
        print(at, loss.item(), norm.item(), flush=True)
    model.save_pretrained(folder / "trained")
    golden["adapted"] = likeliest(model.eval(), start["heldOut"])
    TARGET.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(sys.argv[1], Path(sys.argv[2]))
