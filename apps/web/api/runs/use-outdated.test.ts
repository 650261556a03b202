import { describe, expect, it } from 'vitest';
import { isKeyedAnew } from './use-outdated.ts';

const failed = { path: 'train', key: 'k1' };
const step = { type: 'train-lora' } as const;

describe('isKeyedAnew', () => {
  it('goes by the key of the step, where that is known', () => {
    const planned = (cacheKey: string) =>
      ({ ...step, node: 'train', verdict: 'miss', cacheKey, reason: { kind: 'first' } }) as const;
    expect(isKeyedAnew({ nodes: [planned('k1')] }, failed)).toBe(false);
    expect(isKeyedAnew({ nodes: [planned('k2')] }, failed)).toBe(true);
  });

  it('goes by what has changed above it, where its key is not known', () => {
    const below = { ...step, node: 'train', verdict: 'unknown' } as const;
    const above = { type: 'load-dataset', node: 'rows', verdict: 'miss' } as const;
    const changed = { kind: 'changed', parts: [{ name: 'file.rows.jsonl' }] } as const;
    const nodesOf = (
      reason: { kind: 'changed'; parts: { name: string }[] } | { kind: 'evicted' },
    ) => [{ ...above, reason }, below];
    expect(isKeyedAnew({ nodes: nodesOf({ ...changed, parts: [...changed.parts] }) }, failed)).toBe(
      true,
    );
    expect(isKeyedAnew({ nodes: nodesOf({ kind: 'evicted' }) }, failed)).toBe(false);
  });

  it('says nothing of a step that the plan does not have', () => {
    expect(isKeyedAnew({ nodes: [] }, failed)).toBe(false);
  });
});
