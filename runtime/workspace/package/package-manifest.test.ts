import { expect, it } from 'vitest';
import { parseManifest } from './package-manifest.ts';
import { receivedId } from './received-packages.ts';

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

it('has the id under which earlier versions keep the package', () => {
  const digest = (character: string): string => character.repeat(64);
  const model = {
    ...{ id: 'm', title: 'M', kind: 'embedder', format: 'onnx', architecture: 'bert' },
    licence: { id: 'mit', url: 'https://a.example', consent: false },
    ...{ dtype: 'fp32', dimension: 384, contextLength: 512, parameters: 1 },
    files: [{ path: 'm.onnx', digest: digest('f'), size: 3, sources: ['https://a.example/m'] }],
  };
  const packed = {
    ...{ graftPackage: 1, name: 'from handbook', createdAt: 1_700_000_000_000 },
    graph: 'a.graft.json',
    files: [{ path: 'a.graft.json', digest: digest('a') }],
    results: {
      ...{ actions: digest('c'), artifacts: [digest('d')], graph: digest('a') },
      graphs: { 'b.graft.json': digest('e') },
      ...{ runId: 'run-1', startedAt: 1, finishedAt: 2, events: digest('b') },
    },
    models: [model],
    blobs: { [digest('a')]: 1 },
  };
  const id = receivedId(parseManifest(JSON.stringify(packed), 'x'));
  expect(id).toBe('from-handbook-4d1bcf6c7fc1');
});
