"""Makes the golden values of embedders and a cross-encoder with sentence-transformers.

    python -m venv /tmp/golden && /tmp/golden/bin/pip install -r requirements.txt
    /tmp/golden/bin/python make_layouts.py

Each folder of fixtures/ holds a tiny random model as sentence-transformers saves it, but with its weights in
onnx/model.onnx (of some also in model.gguf), and golden.json: texts with their vectors as questions and as passages, each alone in its batch and
normalised (`encode_query`, `encode_document`), or pairs with their scores.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import gguf
import onnx
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3Model,
    RobertaConfig,
    RobertaModel,
)

FIXTURES = Path(__file__).parent / "fixtures"
# Models that are also written as GGUF, with how llama.cpp calls their pooling.
POOLED = {"mean": "MEAN", "cls": "CLS"}
TEXTS = [
    "The kiln fires overnight.",
    "Pots are heated in an oven until morning, and cool until noon.",
    " Shares fell;  öäü rose. ",
    "The kiln is lit at night and the pots are taken out in the morning by the potter. " * 3,
    "",
]
CORPUS = [*TEXTS, "query: passage: Instruct: Represent this sentence for searching relevant passages: Query:"]
WIDTH = 16
SMALL = dict(
    hidden_size=WIDTH,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=2,
    attn_implementation="eager",
)


def randomise(model: nn.Module) -> nn.Module:
    """Fresh models have gains of one and biases of zero, which would hide mistakes."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.2)
            else:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    return model.eval()


def word_pieces(most: int) -> PreTrainedTokenizerFast:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=96, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=most,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
        **dict(zip(["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"], special)),
    )


def byte_pairs(most: int, begin: str | None, end: str) -> PreTrainedTokenizerFast:
    special = ["<pad>", *([begin] if begin else []), end]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    first = f"{begin} " if begin else ""
    used = [token for token in (begin, end) if token]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first}$A {end}",
        pair=f"{first}$A {end} $B {end}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in used],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=most,
        pad_token="<pad>",
        eos_token=end,
        model_input_names=["input_ids", "attention_mask"],
        **({"bos_token": begin, "cls_token": begin} if begin else {}),
    )


class Hidden(nn.Module):
    def __init__(self, model: nn.Module, names: list, output: str):
        super().__init__()
        self.model, self.names, self.output = model, names, output

    def forward(self, *inputs):
        return self.model(**dict(zip(self.names, inputs)))[self.output]


def export(model: nn.Module, names: list, output: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(5, 60, (2, 7))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
    inputs["attention_mask"][1, 5:] = 0
    batch, tokens = torch.export.Dim("batch", min=1, max=64), torch.export.Dim("tokens", min=2, max=4096)
    program = torch.onnx.export(
        Hidden(model, names, output).eval(),
        tuple(inputs[name] for name in names),
        dynamo=True,
        input_names=names,
        output_names=[output],
        dynamic_shapes={"inputs": tuple({0: batch, 1: tokens} for _ in names)},
        verbose=False,
    )
    program.save(str(file), external_data=False)
    strip(file)


def strip(file: Path) -> None:
    """Drops what only debuggers read: nine tenths of these files."""
    model = onnx.load(file)
    for part in [model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    model.graph.ClearField("value_info")
    onnx.save(model, file)


BLOCK = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
OTHERS = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
    "pooler.dense": "cls",
    "classifier": "cls.output",
}


def gguf_name(name: str) -> str | None:
    path, kind = name.removeprefix("bert.").rsplit(".", 1)
    if not path.startswith("encoder.layer."):
        return f"{OTHERS[path]}.{kind}" if path in OTHERS else None
    layer, inner = path.removeprefix("encoder.layer.").split(".", 1)
    return f"blk.{layer}.{BLOCK[inner]}.{kind}"


def write_gguf(model: nn.Module, tokenizer: PreTrainedTokenizerFast, pooling: str, file: Path) -> None:
    """As llama.cpp's convert_hf_to_gguf.py writes a BERT."""
    config = model.config
    writer = gguf.GGUFWriter(file, "bert")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_layer_norm_eps(config.layer_norm_eps)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType[pooling])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_type_count(config.type_vocab_size)
    tokens = [tokenizer.convert_ids_to_tokens(id) for id in range(config.vocab_size)]
    marked = [token.startswith("[") and token.endswith("]") for token in tokens]
    shown = [
        token if mark else token.removeprefix("##") if token.startswith("##") else "\u2581" + token
        for token, mark in zip(tokens, marked)
    ]
    writer.add_token_list(shown)
    writer.add_token_types([3 if mark else 1 for mark in marked])
    writer.add_bos_token_id(tokenizer.cls_token_id)
    writer.add_sep_token_id(tokenizer.sep_token_id)
    writer.add_unk_token_id(tokenizer.unk_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    ranks = pooling == "RANK"
    for name, tensor in model.state_dict().items():
        new = gguf_name(name)
        if new is not None and (ranks or not new.startswith("cls.")):
            writer.add_tensor(new, tensor.to(torch.float32).contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def with_transformer(model: nn.Module, tokenizer: PreTrainedTokenizerFast, **settings) -> Transformer:
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return Transformer(folder, model_kwargs={"attn_implementation": "eager"}, **settings)


def numbers(vectors) -> list:
    return [[float(f"{value:.7g}") for value in vector] for vector in vectors.tolist()]


def write(name: str, modules: list, dimensions: int | None = None, **options) -> None:
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    embedder = SentenceTransformer(modules=modules, device="cpu", **options)
    embedder.save(str(folder), create_model_card=False)
    how = dict(batch_size=1, convert_to_tensor=True, normalize_embeddings=True, truncate_dim=dimensions)
    # Only `encode` takes the default prompt.
    usual = options.get("default_prompt_name") is not None
    query = embedder.encode if usual else embedder.encode_query
    document = embedder.encode if usual else embedder.encode_document
    golden = {
        "texts": TEXTS,
        "questions": numbers(query(TEXTS, **how)),
        "passages": numbers(document(TEXTS, **how)),
        **({"dimensions": dimensions} if dimensions else {}),
    }
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")
    transformer = modules[0]
    names = [key for key in transformer.tokenizer.model_input_names if key != "token_type_ids" or name != "max"]
    names.sort(key=["input_ids", "attention_mask", "token_type_ids"].index)
    export(transformer.model, names, "last_hidden_state", folder / "onnx/model.onnx")
    if name in POOLED:
        write_gguf(transformer.model, transformer.tokenizer, POOLED[name], folder / "model.gguf")
    for unused in ["model.safetensors", "README.md"]:
        (folder / unused).unlink(missing_ok=True)


def old_keys(name: str, kind: str, most: int | None) -> None:
    """Writes the pooling and the longest text as before version 6."""
    folder = FIXTURES / name
    kinds = ["cls_token", "max_tokens", "mean_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken"]
    pooling = {"word_embedding_dimension": WIDTH, **{f"pooling_mode_{each}": each == kind for each in kinds}}
    (folder / "1_Pooling/config.json").write_text(json.dumps({**pooling, "include_prompt": True}, indent=2) + "\n")
    if most is not None:
        settings = {"max_seq_length": most, "do_lower_case": False}
        (folder / "sentence_bert_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def bert(**settings) -> nn.Module:
    return randomise(BertModel(BertConfig(**SMALL, vocab_size=96, max_position_embeddings=64, **settings)))


def main() -> None:
    torch.manual_seed(24)
    write("mean", [with_transformer(bert(), word_pieces(64)), Pooling(WIDTH, "mean"), Normalize()])

    write(
        "cls",
        [with_transformer(bert(), word_pieces(64), max_seq_length=24), Pooling(WIDTH, "cls")],
        prompts={"query": "Represent this sentence for searching relevant passages: "},
    )
    old_keys("cls", "cls_token", 24)

    config = RobertaConfig(**SMALL, vocab_size=300, max_position_embeddings=34, pad_token_id=0, type_vocab_size=1)
    roberta = randomise(RobertaModel(config))
    write("max", [with_transformer(roberta, byte_pairs(33, "<s>", "</s>")), Pooling(WIDTH, "max"), Normalize()])
    old_keys("max", "max_tokens", None)

    config = Qwen3Config(
        **SMALL,
        vocab_size=300,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=64,
    )
    qwen = randomise(Qwen3Model(config))
    write(
        "last",
        [with_transformer(qwen, byte_pairs(32, None, "<|end|>")), Pooling(WIDTH, "lasttoken"), Normalize()],
        prompts={"query": "Instruct: Represent this sentence\nQuery:", "document": ""},
    )

    config = ModernBertConfig(
        **SMALL,
        vocab_size=300,
        max_position_embeddings=64,
        pad_token_id=0,
        cls_token_id=1,
        sep_token_id=2,
        local_attention=8,
        global_attn_every_n_layers=2,
    )
    modern = randomise(ModernBertModel(config))
    write(
        "without-prompt",
        [
            with_transformer(modern, byte_pairs(48, "[CLS]", "[SEP]")),
            Pooling(WIDTH, "mean", include_prompt=False),
            Normalize(),
        ],
        prompts={"query": "query: ", "document": "passage: "},
    )

    dense = randomise(Dense(WIDTH, 12, activation_function=nn.Tanh()))
    write(
        "dense",
        [with_transformer(bert(), word_pieces(64)), Pooling(WIDTH, "mean"), dense, Normalize()],
        dimensions=5,
    )

    kinds = ("cls", "weightedmean", "mean_sqrt_len_tokens")
    gelu = randomise(Dense(3 * WIDTH, 12, activation_function=nn.GELU()))
    write(
        "several",
        [
            with_transformer(bert(), word_pieces(64)),
            Pooling(WIDTH, kinds, include_prompt=False),
            gelu,
        ],
        prompts={"retrieval": "query: "},
        default_prompt_name="retrieval",
    )
    write_scores()


def write_scores() -> None:
    folder = FIXTURES / "cross-encoder"
    shutil.rmtree(folder, ignore_errors=True)
    config = BertConfig(**SMALL, vocab_size=96, max_position_embeddings=40, num_labels=1)
    model = randomise(BertForSequenceClassification(config))
    model.save_pretrained(folder)
    word_pieces(40).save_pretrained(folder)
    encoder = CrossEncoder(str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"})
    question = TEXTS[0]
    # For transformers.js an empty passage is none.
    pairs = [[question, text] for text in TEXTS if text] + [[TEXTS[3], TEXTS[1]], [TEXTS[3], TEXTS[3]]]
    scores = encoder.predict(pairs, batch_size=1, activation_fn=nn.Identity(), convert_to_numpy=True)

    def without_segments(pair: list) -> float:
        """As llama.cpp scores: every token has segment 0."""
        row = encoder.tokenizer(*pair, truncation="longest_first", return_tensors="pt")
        with torch.no_grad():
            return model(row["input_ids"], row["attention_mask"]).logits.item()

    golden = {
        "pairs": pairs,
        "scores": [float(f"{score:.7g}") for score in scores.tolist()],
        "withoutSegments": [float(f"{without_segments(pair):.7g}") for pair in pairs],
    }
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    export(model, names, "logits", folder / "onnx/model.onnx")
    write_gguf(model, encoder.tokenizer, "RANK", folder / "model.gguf")
    (folder / "model.safetensors").unlink()


if __name__ == "__main__":
    main()
