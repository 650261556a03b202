import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  readStored,
  experimentEventSchema,
  runEventSchema,
  storedActionOutputs,
  storedExperimentEvent,
  storedRunEvent,
  storedStepSummary,
  storedVersion,
  type StoredShape,
} from '@graft/graph';

/** What each version has stored, one file a version. */
function fixture(name: string, version: number): unknown[] {
  const url = new URL(`fixtures/stored/${name}.v${String(version)}.json`, import.meta.url);
  return z.array(z.unknown()).parse(JSON.parse(readFileSync(url, 'utf8')));
}

const shapes: readonly [string, StoredShape<z.ZodType>][] = [
  ['run-events', storedRunEvent],
  ['step-summaries', storedStepSummary],
  ['action-outputs', storedActionOutputs],
  ['experiment-events', storedExperimentEvent],
];

describe.each(shapes)('stored %s', (name, shape) => {
  const versions = Array.from({ length: storedVersion(shape) }, (_, index) => index + 1);

  it.each(versions)('of version %i are read', (version) => {
    for (const value of fixture(name, version)) {
      const read = readStored(shape, { version, text: JSON.stringify(value) });
      // What this version itself has written, it reads whole.
      if (version === storedVersion(shape)) expect(read).toEqual(value);
    }
  });

  it('have the shape that their version had: raise it, with a migration and a fixture, when not', async () => {
    const file = `fixtures/stored/${name}.v${String(storedVersion(shape))}.schema.json`;
    await expect(`${JSON.stringify(z.toJSONSchema(shape.schema), null, 2)}\n`).toMatchFileSnapshot(
      file,
    );
  });

  it('of a newer Graft are refused, and what cannot be read is said to be damaged', () => {
    const version = storedVersion(shape) + 1;
    const newer = (): unknown => readStored(shape, { version, text: '{}' });
    expect(newer).toThrow(expect.objectContaining({ code: 'newer-format' }));
    for (const text of ['{"seq":', '[1]', 'null']) {
      const damaged = (): unknown => readStored(shape, { version: 1, text });
      expect(damaged, text).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    }
  });
});

it.each([
  ['run-events', storedRunEvent, runEventSchema],
  ['experiment-events', storedExperimentEvent, experimentEventSchema],
] as const)('has a fixture of every kind of %s', (name, shape, schema) => {
  const kinds = schema.options.map((option): string => option.shape.type.value);
  const fixtures = fixture(name, storedVersion(shape));
  const found = new Set(fixtures.map((value): string => schema.parse(value).type));
  expect(kinds.filter((kind) => !found.has(kind))).toEqual([]);
});

it('migrates from version to version, gapless', () => {
  const shape = {
    name: 'a thing',
    schema: z.strictObject({ steps: z.array(z.number()) }),
    migrations: [2, 3].map((to) => (value: unknown) => ({
      steps: [...z.object({ steps: z.array(z.number()) }).parse(value).steps, to],
    })),
  };
  const read = (version: number): unknown => readStored(shape, { version, text: '{"steps":[]}' });
  expect([1, 2, 3].map(read)).toEqual([{ steps: [2, 3] }, { steps: [3] }, { steps: [] }]);
});
