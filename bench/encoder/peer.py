"""Steps of PyTorch on pairs, as sentence-transformers trains a BERT of all-MiniLM-L6-v2's shape. Prints one JSON object.

The loss is its MultipleNegativesRankingLoss: each column of texts is encoded by itself, mean pooling, cosines times 20.
Without dropout, which would take it longer. Weights are random: their values do not change the work.
usage: peer.py '{"shape": {"pairs": 32, ...}, ...}'
"""

import json
import sys
import time

import peft
import sentence_transformers
import torch
import transformers
from peft import LoraConfig, get_peft_model
from sentence_transformers.losses import MultipleNegativesRankingLoss
from transformers import BertConfig, BertModel

given = json.loads(sys.argv[1])
shape = given["shape"]
torch.manual_seed(0)
torch.set_num_threads(given["threads"])
config = BertConfig(
    vocab_size=30522,
    hidden_size=384,
    intermediate_size=1536,
    num_hidden_layers=6,
    num_attention_heads=12,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    attn_implementation=given["attention"],
)
model = BertModel(config, add_pooling_layer=False).float()
if given["method"] == "lora":
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules="all-linear"))
model.train()
trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=2e-5)


def texts(lengths: list) -> dict:
    """Padded to the longest, as its collator pads a column."""
    tokens = torch.zeros((len(lengths), max(lengths)), dtype=torch.long)
    mask = torch.zeros_like(tokens)
    for row, length in enumerate(lengths):
        tokens[row, :length] = torch.randint(1000, config.vocab_size, (length,))
        mask[row, :length] = 1
    return dict(input_ids=tokens, attention_mask=mask, token_type_ids=torch.zeros_like(tokens))


batches = [[texts(batch["questions"]), *map(texts, batch["columns"])] for batch in shape["batches"]]


class Embedder(torch.nn.Module):
    """As a SentenceTransformer of this BERT and mean pooling."""

    def __init__(self):
        super().__init__()
        self.bert = model

    def forward(self, column: dict) -> dict:
        states = self.bert(**column).last_hidden_state
        mask = column["attention_mask"].unsqueeze(-1).float()
        return {"sentence_embedding": (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)}


loss = MultipleNegativesRankingLoss(Embedder())

milliseconds = []
cpu = []
for step in range(given["steps"] + 1):
    start = time.perf_counter()
    start_cpu = time.process_time()
    loss(batches[step % len(batches)], None).backward()
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
            "version": f"sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}, transformers {transformers.__version__}, peft {peft.__version__}",
        }
    )
)
