import { expect, it } from 'vitest';
import { builtInEntries } from './entries.ts';

it('knows the digests of its defaults', () => {
  for (const id of ['all-MiniLM-L6-v2', 'SmolLM2-135M-Instruct']) {
    const entry = builtInEntries.find((one) => one.id === id);
    expect(entry?.files.every(({ digest }) => digest !== undefined)).toBe(true);
    expect(entry?.files.every(({ sources }) => sources.length > 1)).toBe(true);
  }
});

it('asks for a fixed revision of whatever has no digest', () => {
  const files = builtInEntries.flatMap((entry) => entry.files);
  const moving = files.filter(
    ({ digest, sources }) =>
      digest === undefined && !sources.every((source) => /@[0-9a-f]{40}\//.test(source)),
  );
  expect(moving).toEqual([]);
});
