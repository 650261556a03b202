"""Loads an adapter folder that Graft wrote with Python PEFT and compares logits with the golden ones.

    npx tsx testing/rewrite-adapters.ts /tmp/adapters && python golden/check_peft.py /tmp/adapters
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

FIXTURES = Path(__file__).parent / "fixtures"

torch.set_num_threads(2)
for folder in sorted(Path(sys.argv[1]).iterdir()):
    name = folder.name
    family = name.split("-")[0]
    base = AutoModelForCausalLM.from_pretrained(FIXTURES / family, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, folder).eval()
    golden = json.loads((FIXTURES / name / "golden.json").read_text())
    tokens = torch.tensor(golden["batches"][0]["tokens"]).reshape(2, -1)
    with torch.no_grad():
        logits = model(input_ids=tokens).logits
    expected = load_file(FIXTURES / name / "golden.safetensors")["logits"]
    difference = (logits - expected).abs().max().item()
    print(f"{name:20} largest difference of logits {difference:.1e}")
    assert difference < 1e-4, name
