import type { Builder } from '../ir/builder.ts';
import type { Feeds } from '../ir/executor.ts';
import type { Value } from '../ir/op.ts';
import { Random } from '../optimizer/random.ts';
import { targetModules, type LoraSpec } from './lora-spec.ts';
import type { LinearModule, ModelConfig } from './model-config.ts';

const rowsName = 'dropout.rows';
const columnsName = 'dropout.columns';

/** Row factors range from this to twice as much. */
const leastRow = 1024;

/**
 * Dropout on the inputs of A, a mask for each targeted module. The mask derives from one random number r per position
 * and one c per channel: it drops an element if the fraction of r · c is below the rate. The product rounds once,
 * equally on every device, and far fewer numbers are fed than a mask has.
 */
export class Dropout {
  readonly #b: Builder;
  readonly #rate: number;
  readonly #places: ReadonlyMap<string, number>;
  readonly #rows: Value;
  readonly #columns: Value;

  constructor(
    b: Builder,
    modules: readonly LinearModule[],
    given: { readonly rate: number; readonly batch: number; readonly length: number },
  ) {
    const { rate, batch, length } = given;
    this.#b = b;
    this.#rate = rate;
    this.#places = new Map(modules.map(({ path }, place) => [path, place]));
    this.#rows = b.input(rowsName, { shape: [modules.length, batch, length] });
    this.#columns = b.input(columnsName, { shape: [modules.length, widest(modules)] });
  }

  /** x [batch · length, inputs] as a module sees it: some elements zero, the others scaled up. */
  apply(path: string, x: Value): Value {
    const b = this.#b;
    const rate = this.#rate;
    const start = this.#places.get(path) ?? 0;
    const [places = 1, inputs = 1] = x.shape;
    const row = b.slice(this.#rows, { axis: 0, start, end: start + 1 });
    const column = b.slice(this.#columns, { axis: 0, start, end: start + 1 });
    const product = b.mul(
      b.reshape(row, [places, 1]),
      b.reshape(b.slice(column, { axis: 1, start: 0, end: inputs }), [1, inputs]),
    );
    const kept = b.greaterEqual(b.sub(product, b.floor(product)), b.scalar(rate));
    return b.where(kept, b.scale(x, 1 / (1 - rate)), b.scalar(0));
  }
}

/** What determines the masks of one micro-batch; the same seed gives the same masks. Empty without dropout. */
export function dropoutFeeds(
  config: ModelConfig,
  given: { readonly lora?: LoraSpec; readonly batch: number; readonly length: number },
  seed: number,
): Feeds {
  const { lora, batch, length } = given;
  if (lora === undefined || (lora.dropout ?? 0) === 0) return {};
  const modules = targetModules(config, lora);
  const random = new Random(seed);
  const numbers = (count: number, least: number): Float32Array =>
    Float32Array.from({ length: count }, () => least * (1 + random.next()));
  return {
    [rowsName]: numbers(modules.length * batch * length, leastRow),
    [columnsName]: numbers(modules.length * widest(modules), 1),
  };
}

function widest(modules: readonly LinearModule[]): number {
  return Math.max(...modules.map(({ inputs }) => inputs));
}
