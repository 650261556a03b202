import type { Value } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';
import type { Emitter } from './emitter.ts';

/** A tensor standardized over its last axis, times a gain, plus a bias. */
interface LayerNorm {
  readonly x: Value;
  readonly gain: Value;
  readonly bias: Value;
  readonly epsilon: number;
}

/** Names of a standardized tensor and its inverse deviation. */
interface Standard {
  readonly output: string;
  readonly inverse: string;
}

/** What ONNX does in one pass: standardizing, its deviation, and gain and bias. */
export class LayerNorms {
  readonly #emitter: Emitter;
  readonly #sums: ReadonlyMap<Value, LayerNorm>;
  /** Part of a sum, and read by nothing else. */
  readonly #inner: ReadonlySet<Value>;
  readonly #standards = new Map<string, Standard>();

  constructor(emitter: Emitter, program: Program) {
    this.#emitter = emitter;
    this.#sums = new Map(
      program.values.flatMap((value) => {
        const norm = layerNormOf(value);
        return norm === undefined ? [] : [[value, norm] as const];
      }),
    );
    this.#inner = innerValues(program, new Set(this.#sums.keys()));
  }

  /** Whether the value is part of a fused norm; emits the norm if the value is its result. */
  lowers(value: Value): boolean {
    if (this.#inner.has(value)) return true;
    const norm = this.#sums.get(value);
    if (norm === undefined) return false;
    this.#emitter.model.add({
      type: 'LayerNormalization',
      inputs: [norm.x, norm.gain, norm.bias].map((input) => this.#emitter.name(input)),
      output: value.name,
      attributes: { epsilon: { float: norm.epsilon } },
    });
    return true;
  }

  /** One node for all readers of either. */
  standard(x: Value | undefined, epsilon: number): Standard {
    const source = this.#emitter.name(x);
    const output = `${source}:standard ${String(epsilon)}`;
    const known = this.#standards.get(output);
    if (known !== undefined) return known;
    const made = { output, inverse: `${output}:inverse` };
    this.#emitter.model.add({
      type: 'LayerNormalization',
      inputs: [source, this.#emitter.constants.ones(x?.shape.at(-1) ?? 1)],
      output,
      others: ['', made.inverse],
      attributes: { epsilon: { float: epsilon } },
    });
    this.#standards.set(output, made);
    return made;
  }
}

function layerNormOf({ op, inputs }: Value): LayerNorm | undefined {
  const [product, bias] = inputs;
  const [standard, gain] = product?.inputs ?? [];
  const [x] = standard?.inputs ?? [];
  if (op.kind !== 'add' || product?.op.kind !== 'mul') return undefined;
  if (standard?.op.kind !== 'standardize' || !x || !gain || !bias) return undefined;
  const isVector = ({ shape }: Value): boolean => shape.length === 1 && shape[0] === x.shape.at(-1);
  if (!isVector(gain) || !isVector(bias)) return undefined;
  return { x, gain, bias, epsilon: standard.op.epsilon };
}

/** Products that only sums read, and standardized tensors that only such products read. */
function innerValues(program: Program, sums: ReadonlySet<Value>): ReadonlySet<Value> {
  const outputs = new Set(Object.values(program.outputs));
  const readers = new Map<Value, Value[]>();
  for (const value of program.values) {
    for (const input of value.inputs) {
      const known = readers.get(input);
      if (known === undefined) readers.set(input, [value]);
      else known.push(value);
    }
  }
  const readBy = (all: ReadonlySet<Value>): ReadonlySet<Value> =>
    new Set(
      [...all]
        .flatMap(({ inputs }) => inputs.slice(0, 1))
        .filter(
          (value) => !outputs.has(value) && readers.get(value)?.every((reader) => all.has(reader)),
        ),
    );
  const products = readBy(sums);
  return new Set([...products, ...readBy(products)]);
}
