import { expect, it } from 'vitest';
import { parseManifest } from './package-manifest.ts';

const sound = {
  ...{ graftPackage: 1, name: 'handbook', createdAt: 0, graph: 'a.graft.json' },
  ...{ files: [], models: [], blobs: {} },
};

it.each([
  ['a name that a terminal would obey', { name: '\u001b[31mred\u0007' }],
  ['a name that is read backwards', { name: 'a\u202egpj' }],
  ['a time before all times', { createdAt: -1 }],
  ['a time past all times', { createdAt: 1e300 }],
])('with %s it is damaged', (_, change) => {
  expect(parseManifest(JSON.stringify(sound), 'x')).toMatchObject(sound);
  expect(() => parseManifest(JSON.stringify({ ...sound, ...change }), 'x')).toThrow(
    expect.objectContaining({ code: 'damaged-file', location: { file: 'x' } }),
  );
});
