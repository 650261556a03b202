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


def base_of(name: str) -> str:
    """Of a variant, the family that it begins with."""
    return max((other.name for other in FIXTURES.iterdir() if name.startswith(other.name) and (other / "model.safetensors").exists()), key=len)


TARGET = Path(sys.argv[1])
for folder in sorted(file.parent for file in TARGET.rglob("adapter_config.json")):
    name = str(folder.relative_to(TARGET))
    own = name.startswith("families/")
    base = AutoModelForCausalLM.from_pretrained(
        FIXTURES / (name if own else base_of(name)), attn_implementation="eager", dtype=torch.float32
    )
    model = PeftModel.from_pretrained(base, folder).eval()
    batch = json.loads((FIXTURES / name / ("batch.json" if own else "golden.json")).read_text())
    tokens = torch.tensor((batch if own else batch["batches"][0])["tokens"]).reshape(2, -1)
    with torch.no_grad():
        logits = model(input_ids=tokens).logits
    expected = load_file(FIXTURES / name / "golden.safetensors")["adapted logits" if own else "logits"]
    difference = (logits - expected).abs().max().item()
    print(f"{name:24} largest difference of logits {difference:.1e}")
    assert difference < 1e-4, name
