import { bytesOf, OnnxModel } from '../onnx/model.ts';
import { Random } from '../optimizer/random.ts';

const [vocabulary, width] = [64, 8];
/** A text of one word, between its two markers. */
const tokens = 3;

/** A sentence embedder of a few kilobytes in the layout of transformers.js, by path; it takes texts of one word. Weights go by the seed. */
export function tinyEmbedder(seed = 3): Map<string, Buffer> {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  return new Map([
    ['onnx/model.onnx', Buffer.from(onnxGraph(seed))],
    [
      'config.json',
      json({
        ...{ model_type: 'bert', architectures: ['BertModel'] },
        ...{ hidden_size: width, max_position_embeddings: 16 },
      }),
    ],
    ['tokenizer.json', json(tokenizer())],
    [
      'tokenizer_config.json',
      json({ tokenizer_class: 'BertTokenizer', model_max_length: 16, do_lower_case: true }),
    ],
  ]);
}

/** Looks the tokens up, multiplies and normalises. */
function onnxGraph(seed: number): Uint8Array {
  const model = new OnnxModel();
  const random = new Random(seed);
  const weights = (...shape: number[]): [{ type: 'float'; shape: number[] }, Uint8Array] => {
    const length = shape.reduce((size, axis) => size * axis, 1);
    return [
      { type: 'float', shape },
      bytesOf(Float32Array.from({ length }, () => random.normal())),
    ];
  };
  const initializer = (name: string, ...shape: number[]): void => {
    const [info, bytes] = weights(...shape);
    model.initializer({ name, ...info }, bytes);
  };
  initializer('table', vocabulary, width);
  initializer('product', width, width);
  initializer('scale', width);
  model.input({ name: 'input_ids', type: 'int64', shape: [1, tokens] });
  model.add({ type: 'Gather', inputs: ['table', 'input_ids'], output: 'rows' });
  model.add({ type: 'MatMul', inputs: ['rows', 'product'], output: 'mixed' });
  model.add({
    ...{ type: 'LayerNormalization', inputs: ['mixed', 'scale'], output: 'last_hidden_state' },
    attributes: { axis: 2, epsilon: { float: 1e-5 } },
  });
  model.output({ name: 'last_hidden_state', type: 'float', shape: [1, tokens, width] });
  return model.finish();
}

function tokenizer(): object {
  const markers = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'];
  const words = ['kiln', 'glaze', 'clay', 'night', '##s', '##ing'];
  return {
    version: '1.0',
    added_tokens: markers.map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: { type: 'BertNormalizer', clean_text: true, lowercase: true, strip_accents: null },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: ['[CLS]', 'A', '[SEP]'].map((id) =>
        id === 'A' ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } },
      ),
      pair: [],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [markers.indexOf(id)], tokens: [id] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##' },
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries([...markers, ...words].map((word, id) => [word, id])),
    },
  };
}
