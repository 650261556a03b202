import { describe, expect, it } from 'vitest';
import type { KeyPart } from '../contracts/action.ts';
import { cacheKey, familyParts, type CacheKeyInput } from './cache-key.ts';
import type { ResolvedFile, ResolvedSource } from '../types/resolved-source.ts';
import { explainMiss, fileMarks } from './explain-miss.ts';
import type { PlannedNode } from '../format/plan.ts';
import type { NodeType } from '../types/node-type.ts';
import { doubleNode, failNode, readNode, testEngines, upperNode, vectorsNode } from '../testing.ts';

function planned(definition: NodeType, params: Record<string, unknown> = {}): PlannedNode {
  const parsed = definition.params.parse(params);
  return {
    id: 'x',
    definition,
    params: parsed,
    inputs: {},
    inputFacets: {},
    outputFacets: {},
    sources: definition.sources?.(parsed) ?? [],
  };
}
const file = (path: string, digest = path): ResolvedFile => ({
  path,
  digest,
  size: 1,
});
const files = (list: readonly ResolvedFile[], param = 'files'): ResolvedSource => ({
  kind: 'files',
  param,
  files: list,
});
function key(node: PlannedNode, rest: Partial<CacheKeyInput> = {}) {
  return cacheKey({
    node,
    inputs: {},
    sources: [],
    deviceClass: 'cpu',
    engines: testEngines,
    ...rest,
  });
}
const named = (parts: readonly KeyPart[]): Record<string, string> =>
  Object.fromEntries(parts.map(({ name, value }) => [name, value]));

describe('cacheKey', () => {
  it('has the versions of the engines that the node uses, and of rows that have changed', () => {
    const node = planned({ ...doubleNode, engines: ['lance'] });
    const before = key(node);
    expect(named(before.parts)).toMatchObject({ 'engine.lance': '1' });
    expect(key(node, { engines: { ...testEngines, lance: '2' } }).value).not.toBe(before.value);
    expect(key(node, { engines: { ...testEngines, training: '2' } }).value).toBe(before.value);
    const { value } = doubleNode.outputs;
    const type = { ...value.type, version: 2 };
    const changed = key(planned({ ...doubleNode, outputs: { value: { ...value, type } } }));
    expect(named(changed.parts)).toMatchObject({ 'rows.value': '2' });
    const reused = { ...type, reusedFrom: 1 };
    const same = key(planned({ ...doubleNode, outputs: { value: { ...value, type: reused } } }));
    expect(same.value).toBe(key(planned(doubleNode)).value);
  });

  it('has the engine of encoders in GGUF, by their source or at an input', () => {
    const node = planned({ ...doubleNode, engines: ['onnxruntime', 'lance'] });
    const enginesOf = (parts: readonly KeyPart[]) =>
      Object.keys(named(parts)).filter((name) => name.startsWith('engine.'));
    expect(enginesOf(key(node).parts)).toEqual(['engine.lance', 'engine.onnxruntime']);
    const model = { kind: 'model', param: 'model', id: 'e', digest: 'd' } as const;
    const sources = [{ ...model, engine: 'llama.cpp' as const }];
    expect(enginesOf(key(node, { sources }).parts)).toEqual(['engine.lance', 'engine.llama.cpp']);
    const embedder = { model: 'e', digest: 'd', dimension: 3, engine: 'llama.cpp' as const };
    const fed = { ...node, inputFacets: { value: { embedder } } };
    expect(enginesOf(key(fed).parts)).toEqual(['engine.lance', 'engine.llama.cpp']);
    // A query adapter runs on the embedder of the passages.
    const adapter = { model: 'a', dimension: 3, passages: embedder };
    const adapted = { ...node, inputFacets: { value: { embedder: adapter } } };
    expect(enginesOf(key(adapted).parts)).toEqual(['engine.lance', 'engine.llama.cpp']);
  });

  it('has the embedder that a run made for an input, and nothing of it where it made none', () => {
    const [plain, one] = [key(planned(doubleNode)), { value: 'one' }];
    expect(key(planned(doubleNode), { embedders: {} })).toEqual(plain);
    const made = key(planned(doubleNode), { embedders: one });
    expect(named(made.parts)).toEqual({ ...named(plain.parts), 'embedder.value': 'one' });
  });

  it('keeps readable parts, and leaves out what is only about speed', () => {
    const { parts, value } = key(planned(doubleNode), { inputs: { value: ['d1', 'd2'] } });
    expect(named(parts)).toEqual({
      type: 'double',
      implementation: '1',
      'param.factor': '2',
      'input.value': 'd1 d2',
    });
    expect(value).toBe(
      key(planned(doubleNode, { threads: 8 }), { inputs: { value: ['d1', 'd2'] } }).value,
    );
    expect(value).not.toBe(key(planned(doubleNode), { inputs: { value: ['d2', 'd1'] } }).value);
  });

  it('tells values of different types apart', () => {
    expect(key(planned(failNode, { message: '1' })).parts).toContainEqual({
      name: 'param.message',
      value: '"1"',
    });
  });

  it('shortens long values to their digest', () => {
    const long = named(key(planned(failNode, { message: 'x'.repeat(500) })).parts);
    expect(long['param.message']).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(long['param.message']).not.toBe(
      named(key(planned(failNode, { message: 'y'.repeat(500) })).parts)['param.message'],
    );
  });

  it('depends on the implementation, and on the device only where it matters', () => {
    const newer: NodeType = { ...doubleNode, implementation: 2 } as unknown as NodeType;
    expect(key(planned(newer)).value).not.toBe(key(planned(doubleNode)).value);
    const cuda = { deviceClass: 'cuda' };
    expect(key(planned(doubleNode), cuda).value).toBe(key(planned(doubleNode)).value);
    expect(key(planned(vectorsNode), cuda).value).not.toBe(key(planned(vectorsNode)).value);
    const source: ResolvedSource = { kind: 'model', param: 'model', id: 'm', digest: 'd' };
    expect(named(key(planned(vectorsNode), { sources: [source] }).parts)).toMatchObject({
      'model.model': 'd',
      device: 'cpu',
    });
  });

  it('holds files one by one, and folds many into one part', () => {
    const node = planned(readNode);
    expect(named(key(node, { sources: [files([file('a.txt', 'd')])] }).parts)).toMatchObject({
      'file.a.txt': 'd',
    });
    const many = Array.from({ length: 65 }, (_, i) => file(`f${i}`));
    const folded = key(node, { sources: [files(many)] });
    expect(named(folded.parts)).toMatchObject({ 'files.files.count': '65' });
    expect(folded.parts.filter(({ name }) => name.startsWith('file.'))).toEqual([]);
    expect(key(node, { sources: [files([...many].reverse())] }).value).toBe(folded.value);
    const changed = many.map((one, i) => (i === 7 ? file(one.path, 'other') : one));
    expect(key(node, { sources: [files(changed)] }).value).not.toBe(folded.value);
  });
});

it('names the files of a miss past those that the key holds one by one', () => {
  const node = planned(readNode);
  const many = Array.from({ length: 500 }, (_, i) => file(`f${i}`, `${i}`.padStart(64, '0')));
  const before = [files(many)];
  const other = 'f'.repeat(64);
  const after = [files([...many.map((one, i) => (i === 7 ? file('f7', other) : one)), file('g')])];
  const reason = (marks: ReturnType<typeof fileMarks>) =>
    explainMiss(key(node, { sources: before }).parts, key(node, { sources: after }).parts, {
      marks,
      sources: after,
    });
  const marks = fileMarks(before);
  expect(reason(marks)).toEqual({
    kind: 'changed',
    parts: [
      { name: 'file.f7', before: '00000000', after: 'ffffffff' },
      { name: 'file.g', after: 'g' },
      { name: 'files.files.count', before: '500', after: '501' },
    ],
  });
  expect(JSON.stringify(marks).length).toBeLessThan(500 * 18 + 20);
  expect(fileMarks([files(many.slice(0, 64))])).toBeUndefined();
  const tooMany = Array.from({ length: 5000 }, (_, i) => file(`f${i}`));
  expect(fileMarks([files(tooMany)])).toBeUndefined();
  // Without marks, as of older runs, the folded part says that some file changed.
  expect(reason(undefined)).toMatchObject({ parts: [{ name: 'files.files' }, {}] });
});

describe('familyParts', () => {
  it('leaves out the input that the items come from, and no other', () => {
    const node = planned(upperNode, { suffix: '!' });
    const family = (digest: string) => familyParts(key(node, { inputs: { rows: [digest] } }), node);
    expect(family('d1')).toEqual(family('d2'));
    expect(Object.keys(named(family('d1')))).toEqual(['implementation', 'param.suffix', 'type']);
  });

  it('leaves out the files that are the items, folded or not', () => {
    const node = planned(readNode);
    const family = (list: ResolvedFile[]) =>
      familyParts(key(node, { sources: [files(list)] }), node);
    const many = Array.from({ length: 100 }, (_, i) => file(`f${i}`));
    expect(family(many)).toEqual(family([file('a')]));
    expect(Object.keys(named(family(many)))).toEqual(['implementation', 'param.files', 'type']);
  });

  it('keeps the files of another source', () => {
    const two: PlannedNode = {
      ...planned(readNode),
      sources: [
        { kind: 'files', param: 'files', patterns: [] },
        { kind: 'files', param: 'template', patterns: [] },
      ],
    };
    const sources = [files([file('a', 'd1')]), files([file('t', 'd2')], 'template')];
    expect(named(familyParts(key(two, { sources }), two))).toMatchObject({
      'file.template:t': 'd2',
    });
    expect(named(familyParts(key(two, { sources }), two))).not.toHaveProperty('file.files:a');
  });
});

describe('explainMiss', () => {
  const part = (name: string, value: string): KeyPart => ({ name, value });
  it('tells the first time, a change and a loss apart', () => {
    expect(explainMiss(undefined, [part('a', '1')])).toEqual({ kind: 'first' });
    expect(explainMiss([part('a', '1')], [part('a', '1')])).toEqual({ kind: 'evicted' });
    expect(
      explainMiss(
        [part('a', '1'), part('b', '2'), part('c', '3')],
        [part('d', '4'), part('a', '1'), part('b', '5')],
      ),
    ).toEqual({
      kind: 'changed',
      parts: [
        { name: 'd', after: '4' },
        { name: 'b', before: '2', after: '5' },
        { name: 'c', before: '3' },
      ],
    });
  });
});
