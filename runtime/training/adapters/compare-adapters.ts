import { GraphError, type MetricRow } from '@graft/graph';
import { setImmediate } from 'node:timers/promises';
import { scaleOf, type AdapterModule, inModelOrder } from './adapter.ts';
import type { AdapterTerm } from './merge-adapters.ts';

/** An adapter to compare, with its known facts. */
export interface ComparedAdapter extends AdapterTerm {
  /** ‖s·B·A‖_F by module path. */
  readonly norms: ReadonlyMap<string, number>;
}

/** weight · scale · B · A of one module. */
interface Term {
  readonly factor: number;
  readonly module: AdapterModule;
}

/**
 * Compares the changes of two adapters of equal sizes, for each module (`modules`) and in total (`summary`): `norm` and
 * `otherNorm`, ‖ΔW‖_F, and `cosine` = ⟨ΔW₁, ΔW₂⟩_F / (‖ΔW₁‖·‖ΔW₂‖), absent if one of them is zero. A module that one
 * adapter lacks has norm 0 there. For DoRA it compares ΔW = s·B·A, before rows are scaled.
 */
export async function compareModules(
  one: ComparedAdapter,
  other: ComparedAdapter,
  signal: AbortSignal,
): Promise<MetricRow[]> {
  const paths = new Set([...one.adapter.modules.keys(), ...other.adapter.modules.keys()]);
  const rows: MetricRow[] = [];
  const total = { square: 0, otherSquare: 0, product: 0 };
  const normOf = ({ norms, weight }: ComparedAdapter, path: string): number =>
    Math.abs(weight) * (norms.get(path) ?? 0);
  for (const path of inModelOrder(paths)) {
    await setImmediate();
    signal.throwIfAborted();
    const [left, right] = [termOf(one, path), termOf(other, path)];
    if (left !== undefined && right !== undefined) checkSizes(path, { one, other, left, right });
    const [norm, otherNorm] = [normOf(one, path), normOf(other, path)];
    const product = left === undefined || right === undefined ? 0 : innerProduct(left, right);
    rows.push({ series: 'modules', label: path, values: values(norm, otherNorm, product) });
    total.square += norm ** 2;
    total.otherSquare += otherNorm ** 2;
    total.product += product;
  }
  const all = values(Math.sqrt(total.square), Math.sqrt(total.otherSquare), total.product);
  return [...rows, { series: 'summary', values: all }];
}

function termOf({ adapter, weight }: AdapterTerm, path: string): Term | undefined {
  const module = adapter.modules.get(path);
  return module === undefined ? undefined : { factor: weight * scaleOf(adapter, module), module };
}

function values(norm: number, otherNorm: number, product: number): Record<string, number> {
  const norms = { norm, otherNorm };
  if (norm === 0 || otherNorm === 0) return norms;
  return { ...norms, cosine: Math.max(-1, Math.min(1, product / (norm * otherNorm))) };
}

/** ⟨B₁A₁, B₂A₂⟩_F = tr((B₁ᵀB₂)(A₂A₁ᵀ)): only products of rank × rank. */
function innerProduct(left: Term, right: Term): number {
  const [one, other] = [left.module, right.module];
  const { inputs, outputs } = one;
  let sum = 0;
  for (let i = 0; i < one.rank; i++) {
    for (let j = 0; j < other.rank; j++) {
      let below = 0;
      for (let k = 0; k < inputs; k++) {
        below += (one.a[i * inputs + k] ?? 0) * (other.a[j * inputs + k] ?? 0);
      }
      let above = 0;
      for (let k = 0; k < outputs; k++) {
        above += (one.b[k * one.rank + i] ?? 0) * (other.b[k * other.rank + j] ?? 0);
      }
      sum += below * above;
    }
  }
  return left.factor * right.factor * sum;
}

function checkSizes(
  path: string,
  pair: {
    readonly one: { readonly name: string };
    readonly other: { readonly name: string };
    readonly left: Term;
    readonly right: Term;
  },
): void {
  const [a, b] = [pair.left.module, pair.right.module];
  if (a.inputs === b.inputs && a.outputs === b.outputs) return;
  throw new GraphError(
    'bad-input',
    `${path} is ${a.outputs} × ${a.inputs} in "${pair.one.name}" and ${b.outputs} × ${b.inputs} in "${pair.other.name}": the adapters are of different bases`,
  );
}
