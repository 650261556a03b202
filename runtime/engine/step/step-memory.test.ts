import type { Lease } from '@graft/graph';
import { expect, it } from 'vitest';
import { StepMemory } from './step-memory.ts';

const device = { id: 'cpu', class: 'cpu', name: 'CPU', software: false } as const;

it('keeps the most that was claimed at a time, a model as large as it grew', () => {
  const memory = new StepMemory();
  expect(memory.peak).toBeUndefined();
  let given = 0;
  const lease = (bytes: number): Lease => ({
    ...{ device, bytes },
    [Symbol.dispose]: () => void (given += 1),
  });
  {
    using first = memory.counted(lease(100));
    expect(first.bytes).toBe(100);
    memory.uses('a', 10);
    memory.uses('a', 30);
    memory.uses('a', 20);
  }
  expect(given).toBe(1);
  memory.uses('b', 5);
  expect(memory.peak).toBe(130);
  using second = memory.counted(lease(200));
  second[Symbol.dispose]();
  expect(memory.peak).toBe(235);
});
