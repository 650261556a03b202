"""Makes fixtures/quantised.gguf, fixtures/requantised.gguf and fixtures/quantised.safetensors with the `gguf` package.

    pip install gguf==0.19.0 safetensors==0.8.0 numpy && python quantised.py

The first holds one tensor per encoding, the second each of them as Q8_0, dequantised and quantised by ggml's rule; the
safetensors file what `gguf` reads from each of the first, as f32.
"""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T
from safetensors.numpy import save_file

FIXTURES = Path(__file__).parent / "fixtures"


# Where blocks that the package cannot make hold their 16-bit scales.
HALVES = {
    T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0], T.IQ4_XS: [0]
}  # fmt: skip
# What the package quantises, and what it only reads.
MADE = [T.F32, T.F16, T.BF16, T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1]


def random_blocks(rng, kind: T, rows: int, blocks: int) -> np.ndarray:
    """Random bytes with small scales: the k-formats have no quantiser in the package."""
    _, size = gguf.GGML_QUANT_SIZES[kind]
    data = rng.integers(0, 256, (rows, blocks, size), dtype=np.uint8)
    for at in HALVES[kind]:
        scale = rng.normal(0, 0.01, (rows, blocks)).astype(np.float16)
        data[:, :, at : at + 2] = scale[..., None].view(np.uint8).reshape(rows, blocks, 2)
    return data.reshape(rows, blocks * size)


def main() -> None:
    FIXTURES.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(FIXTURES / "quantised.gguf", "llama")
    writer.add_name("quantised")
    writer.add_array("test.strings", ["a", "ü", ""])
    writer.add_array("test.numbers", [1, -2, 3])
    writer.add_float32("test.float", 0.5)
    writer.add_bool("test.bool", True)
    writer.add_uint64("test.large", 2**53 + 1)
    expected = {}
    for kind in [*MADE, *HALVES]:
        if kind in HALVES:
            data = random_blocks(rng, kind, 3, 512 // gguf.GGML_QUANT_SIZES[kind][0])
            writer.add_tensor(kind.name, data, raw_dtype=kind)
        else:
            values = rng.normal(0, 1, (3, 64)).astype(np.float32)
            data = gguf.quants.quantize(values, kind)
            writer.add_tensor(kind.name, data, raw_dtype=kind)
        expected[kind.name] = np.ascontiguousarray(gguf.quants.dequantize(data, kind), dtype=np.float32)
    anew = gguf.GGUFWriter(FIXTURES / "requantised.gguf", "llama")
    for name, values in expected.items():
        anew.add_tensor(name, gguf.quants.quantize(values, T.Q8_0), raw_dtype=T.Q8_0)
    anew.write_header_to_file()
    anew.write_kv_data_to_file()
    anew.write_tensors_to_file()
    anew.close()
    source = rng.normal(0, 1, (4, 64)).astype(np.float32)
    expected["source"] = source
    expected["source as Q8_0"] = np.ascontiguousarray(
        gguf.quants.dequantize(gguf.quants.quantize(source, T.Q8_0), T.Q8_0), dtype=np.float32
    )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, FIXTURES / "quantised.safetensors")


main()
