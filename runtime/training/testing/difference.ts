import { expect } from 'vitest';
import { deltaOf, type Adapter } from '../adapters/adapter.ts';

/** Largest difference between two lists of numbers; NaN where one of them has one. */
export function farthest(one: ArrayLike<number>, other: ArrayLike<number>): number {
  expect(one.length).toBe(other.length);
  let most = 0;
  for (let i = 0; i < one.length; i++) {
    most = Math.max(most, Math.abs((one[i] ?? NaN) - (other[i] ?? NaN)));
  }
  return most;
}

/** Largest difference between ΔW of two adapters. */
export function difference(one: Adapter, other: Adapter): number {
  expect([...one.modules.keys()].toSorted()).toEqual([...other.modules.keys()].toSorted());
  let most = 0;
  for (const [name, module] of one.modules) {
    const theirs = other.modules.get(name);
    if (theirs === undefined) throw new Error(`no ${name}`);
    most = Math.max(most, farthest(deltaOf(one, module), deltaOf(other, theirs)));
  }
  return most;
}
