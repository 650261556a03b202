import { expect } from 'vitest';
import { deltaOf, type Adapter } from '../../adapters/adapter.ts';

/** Largest difference between ΔW of two adapters. */
export function difference(one: Adapter, other: Adapter): number {
  expect([...one.modules.keys()].toSorted()).toEqual([...other.modules.keys()].toSorted());
  let most = 0;
  for (const [name, module] of one.modules) {
    const theirs = other.modules.get(name);
    if (theirs === undefined) throw new Error(`no ${name}`);
    const delta = deltaOf(other, theirs);
    deltaOf(one, module).forEach((x, i) => {
      most = Math.max(most, Math.abs(x - (delta[i] ?? NaN)));
    });
  }
  return most;
}
