"""LoRA steps of PyTorch and PEFT on a Llama of SmolLM2-135M's shape. Prints one JSON object.

Weights are random: their values do not change the work. usage: peer.py '{"batch": 1, ...}'
"""

import json
import os
import sys
import time

given = json.loads(sys.argv[1])
if given["waiting"] == "passive":
    os.environ["OMP_WAIT_POLICY"] = "passive"  # read when torch loads

import peft
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
torch.set_num_threads(given["threads"])

config = LlamaConfig(
    vocab_size=49152,
    hidden_size=576,
    intermediate_size=1536,
    num_hidden_layers=30,
    num_attention_heads=9,
    num_key_value_heads=3,
    max_position_embeddings=8192,
    rope_theta=100000.0,
    tie_word_embeddings=True,
    attn_implementation=given["attention"],
    use_cache=False,
)
model = LlamaForCausalLM(config).to(torch.float32)
model = get_peft_model(
    model,
    LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"),
)
model.train()
trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=1e-4)


def fixed():
    tokens = torch.randint(0, config.vocab_size, (given["batch"], given["length"]))
    return [dict(input_ids=tokens, labels=tokens)] * (given["steps"] + 1)


def real():
    """Rows as they come, padded to the longest of their batch; a batch to warm up first."""
    with open(given["rows"]) as file:
        rows = json.load(file)
    batches = []
    for step in [-1, *range(given["steps"])]:
        start = max(0, step) * given["batch"]
        some = rows[start : start + given["batch"]]
        longest = max(len(row["tokens"]) for row in some)
        pad = lambda values, with_: values + [with_] * (longest - len(values))
        labels = [[t if c else -100 for t, c in zip(row["tokens"], row["trained"])] for row in some]
        batches.append(
            dict(
                input_ids=torch.tensor([pad(row["tokens"], 0) for row in some]),
                attention_mask=torch.tensor([pad([1] * len(row["tokens"]), 0) for row in some]),
                labels=torch.tensor([pad(one, -100) for one in labels]),
            )
        )
    return batches


batches = real() if "rows" in given else fixed()

milliseconds = []
cpu = []
for batch in batches:
    start = time.perf_counter()
    start_cpu = time.process_time()
    loss = model(**batch).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    milliseconds.append(1000 * (time.perf_counter() - start))
    cpu.append(1000 * (time.process_time() - start_cpu))

with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(
    json.dumps(
        {
            "milliseconds": milliseconds[1:],
            "cpuMilliseconds": cpu[1:],
            "peakBytes": 1024 * peak,
            # The last of a row predicts nothing.
            "tokens": sum(int(b.get("attention_mask", b["input_ids"] * 0 + 1)[:, 1:].sum()) for b in batches[1:]),
            "version": f"torch {torch.__version__}, peft {peft.__version__}",
        }
    )
)
