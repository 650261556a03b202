import { replaceFile } from '@graft/kit';
import { loadWeight } from '../formats/load-weight.ts';
import { requireWeight, type WeightLookup } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { bytesOf, OnnxModel, type Node } from '../onnx/model.ts';
import {
  encoderWeightShapes,
  layerPath,
  type EncoderConfig,
  type EncoderLinear,
} from './encoder-config.ts';
import { headShapes } from './score-head.ts';

/** What mask values of 0 add to scores. */
const closed = -1e30;

/** Sizes of the inputs. */
const texts = ['batch', 'sequence'] as const;

/**
 * Writes an encoder as one f32 ONNX file, in the form that embedders are loaded: inputs `input_ids`, `attention_mask`
 * and `token_type_ids`, i64 [batch, sequence] of any size; output `last_hidden_state`. Weights have their published
 * names.
 */
export async function writeEncoderOnnx(
  file: string,
  config: EncoderConfig,
  weights: WeightLookup,
): Promise<void> {
  const graph = new EncoderGraph(config);
  await graph.hold(encoderWeightShapes(config), weights);
  graph.giveStates();
  await replaceFile(file, graph.model.finish());
}

/**
 * The same for an encoder with a score head, in the form of cross-encoders (`AutoModelForSequenceClassification`):
 * output `logits`, [batch, 1]. `weights` includes the head's: see `headShapes`.
 */
export async function writeScorerOnnx(
  file: string,
  config: EncoderConfig,
  weights: WeightLookup,
): Promise<void> {
  const graph = new EncoderGraph(config);
  await graph.hold(new Map([...encoderWeightShapes(config), ...headShapes(config)]), weights);
  graph.giveScores();
  await replaceFile(file, graph.model.finish());
}

/** The forward pass of `Encoder` for texts of any number and length. */
class EncoderGraph {
  readonly model = new OnnxModel();
  readonly #config: EncoderConfig;
  #names = 0;

  constructor(config: EncoderConfig) {
    this.#config = config;
  }

  async hold(shapes: ReadonlyMap<string, Shape>, weights: WeightLookup): Promise<void> {
    for (const [name, shape] of shapes) {
      const data = await loadWeight(requireWeight(weights, name), shape);
      this.model.initializer({ name, type: 'float', shape }, bytesOf(data));
    }
  }

  giveStates(): void {
    this.#give('last_hidden_state', this.#states(), [...texts, this.#config.width]);
  }

  giveScores(): void {
    const first = this.#integers(0);
    const states = this.#node('Gather', [this.#states(), first], { axis: 1 });
    const flat = this.#node('Reshape', [states, this.#integers(0, this.#config.width)]);
    const pooled = this.#node('Tanh', [this.#linear('pooler.dense', flat)]);
    this.#give('logits', this.#linear('classifier', pooled), ['batch', 1]);
  }

  #give(output: string, value: string, shape: readonly (string | number)[]): void {
    this.model.add({ type: 'Identity', inputs: [value], output });
    this.model.output({ name: output, type: 'float', shape });
  }

  #states(): string {
    for (const name of ['input_ids', 'attention_mask', 'token_type_ids']) {
      this.model.input({ name, type: 'int64', shape: texts });
    }
    const mask = this.#node('Unsqueeze', [
      this.#node('Cast', ['attention_mask'], { to: 1 }),
      this.#integers(1, 2),
    ]);
    const open = this.#node('Mul', [
      this.#node('Sub', [this.#float(1), mask]),
      this.#float(closed),
    ]);
    let states = this.#embeddings();
    for (let layer = 0; layer < this.#config.layers; layer++) {
      states = this.#layer(layerPath(layer), states, open);
    }
    return states;
  }

  #embeddings(): string {
    const table = (kind: string): string => `embeddings.${kind}_embeddings.weight`;
    const length = this.#node('Shape', ['input_ids'], { start: 1, end: 2 });
    const [first, axis] = [this.#integers(0), this.#integers(0)];
    const positions = this.#node('Slice', [table('position'), first, length, axis]);
    const words = this.#node('Gather', [table('word'), 'input_ids']);
    const typed = this.#node('Add', [
      words,
      this.#node('Gather', [table('token_type'), 'token_type_ids']),
    ]);
    return this.#norm('embeddings.LayerNorm', this.#node('Add', [typed, positions]));
  }

  #layer(path: string, x: string, open: string): string {
    const { heads, width } = this.#config;
    const head = width / heads;
    const linear = (part: EncoderLinear, input: string): string =>
      this.#linear(`${path}.${part}`, input);
    const byHead = (part: EncoderLinear, perm: readonly number[]): string => {
      const parted = [linear(part, x), this.#integers(0, 0, heads, head)];
      return this.#node('Transpose', [this.#node('Reshape', parted)], { perm });
    };
    const queries = byHead('attention.self.query', [0, 2, 1, 3]);
    const scaled = this.#node('Mul', [queries, this.#float(head ** -0.5)]);
    const scores = this.#node('MatMul', [scaled, byHead('attention.self.key', [0, 2, 3, 1])]);
    const probabilities = this.#node('Softmax', [this.#node('Add', [scores, open])], { axis: -1 });
    const values = byHead('attention.self.value', [0, 2, 1, 3]);
    const seen = this.#node('MatMul', [probabilities, values]);
    const mixed = this.#node('Reshape', [
      this.#node('Transpose', [seen], { perm: [0, 2, 1, 3] }),
      this.#integers(0, 0, width),
    ]);
    const attended = this.#node('Add', [x, linear('attention.output.dense', mixed)]);
    const middle = this.#norm(`${path}.attention.output.LayerNorm`, attended);
    const opened = this.#node('Gelu', [linear('intermediate.dense', middle)]);
    const after = this.#node('Add', [middle, linear('output.dense', opened)]);
    return this.#norm(`${path}.output.LayerNorm`, after);
  }

  /** Matrices have the published layout, [outputs, inputs]: runtimes transpose them once, when loading the model. */
  #linear(path: string, x: string): string {
    const turned = this.#node('Transpose', [`${path}.weight`], { perm: [1, 0] });
    return this.#node('Add', [this.#node('MatMul', [x, turned]), `${path}.bias`]);
  }

  #norm(path: string, x: string): string {
    const epsilon = { float: this.#config.normEpsilon };
    return this.#node('LayerNormalization', [x, `${path}.weight`, `${path}.bias`], { epsilon });
  }

  #node(type: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string {
    const output = `v${String(this.#names++)}`;
    this.model.add({ type, inputs, output, attributes });
    return output;
  }

  #float(value: number): string {
    const name = `c${String(this.#names++)}`;
    this.model.initializer({ name, type: 'float', shape: [] }, bytesOf(Float32Array.of(value)));
    return name;
  }

  #integers(...values: readonly number[]): string {
    const name = `c${String(this.#names++)}`;
    const data = BigInt64Array.from(values, BigInt);
    this.model.initializer({ name, type: 'int64', shape: [values.length] }, bytesOf(data));
    return name;
  }
}
