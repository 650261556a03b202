import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createRegistry,
  defineNode,
  GraphError,
  implement,
  implementItems,
  parseGraph,
  planGraph,
  type ExecutionBackend,
  type Implementations,
  type Plan,
  type StepRequest,
  type StepSignal,
} from '@graft/graph';
import {
  numberNode,
  readNode,
  testDefinitions,
  testEngines,
  testModels,
  testRegistry,
} from '@graft/graph/testing';
import {
  MemoryActionStore,
  MemoryArtifactStore,
  MemoryItemStore,
  MemoryRunStore,
} from '@graft/store/testing';
import { FileSourceResolver } from '../sources/file-source-resolver.ts';
import { createLocalBackend } from '../step/local-backend.ts';
import type { StepHost } from '../step/step-host.ts';
import { createTestHost, testImplementations } from '../testing.ts';
import { Engine } from './engine.ts';

let folder: string;
let artifacts: MemoryArtifactStore;
let actions: MemoryActionStore;
let runs: MemoryRunStore;
let items: MemoryItemStore;
/** What happens just before a step is executed. */
let before: (request: StepRequest, report: (signal: StepSignal) => void) => Promise<void>;
/** What a look at the models that a step has used comes to. */
let verifyModels: (wanted: ReadonlyMap<string, string>) => Promise<void>;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-renewed-')));
  artifacts = new MemoryArtifactStore();
  actions = new MemoryActionStore();
  runs = new MemoryRunStore();
  items = new MemoryItemStore();
  before = () => Promise.resolve();
  verifyModels = () => Promise.resolve();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function planOf(nodes: Record<string, [string, object?]>, edges: readonly string[]): Plan {
  const full = Object.fromEntries(
    Object.entries(nodes).map(([id, [type, params = {}]]) => [id, { type, version: 1, params }]),
  );
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes: full, edges }));
  return planGraph(graph, testRegistry, { models: testModels });
}

async function run(plan: Plan, known: Implementations = testImplementations) {
  const scratchFolder = join(folder, '.graft', 'scratch');
  const host = createTestHost({ artifacts, items, scratchFolder, workspaceFolder: folder }, known);
  const services: StepHost['services'] = async (request) => ({
    ...(await host.services(request)),
    verify: () => verifyModels(request.models),
  });
  const local = createLocalBackend({ ...host, services });
  const backend: ExecutionBackend = {
    async execute(request, hooks) {
      await before(request, hooks.report);
      return local.execute(request, hooks);
    },
  };
  const engine = new Engine({
    ...{ artifacts, actions, runs, backend, models: testModels, owner: 'test:0' },
    files: new FileSourceResolver(folder, join(folder, '.graft')),
    deviceOf: () => Promise.resolve({ id: 'cpu', class: 'cpu' }),
    engines: testEngines,
  });
  const { runId, finished } = await engine.start(plan, { file: 'f.graft.json', device: 'auto' });
  const { status, error } = await finished;
  const steps = await runs.steps(runId);
  const step = (id: string) => steps.find(({ node }) => node === id);
  return { runId, status, error, step };
}

async function textOf(digest: string | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifacts.get(digest ?? '')) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads files anew in each round of a loop. */
const readInRound = defineNode({
  ...readNode,
  type: 'read-in-round',
  params: readNode.params.extend({ round: z.int().default(1).meta({ title: 'Round' }) }),
  summary: ({ round }) => [['round', String(round)]],
});

const put = (text: string): Promise<void> => writeFile(join(folder, 'a.txt'), text);
const corpus = planOf({ files: ['read', { files: ['a.txt'] }], pieces: ['split'] }, [
  'files.documents -> pieces.documents',
]);

describe('an input that changes between its hashing and its reading', () => {
  it('is read anew, and what stood there before is never served with the new text', async () => {
    await put('The old text.');
    before = async ({ node }) => {
      before = () => Promise.resolve();
      if (node === 'files') await put('The new text.');
    };
    const edited = await run(corpus);
    expect(edited.status).toBe('succeeded');
    const pieces = edited.step('pieces')?.outputs['chunks']?.digest;
    expect(await textOf(pieces)).toContain('The new text.');
    const logs = (await runs.events(edited.runId, 0, 100)).filter(
      ({ type }) => type === 'step.log',
    );
    expect(logs).toMatchObject([{ node: 'files', level: 'warning' }]);

    await put('The old text.');
    const restored = await run(corpus);
    expect(await textOf(restored.step('pieces')?.outputs['chunks']?.digest)).toContain(
      'The old text.',
    );
    await put('The new text.');
    const again = await run(corpus);
    expect(again.step('files')?.status).toBe('cached');
    expect(again.step('pieces')?.outputs['chunks']?.digest).toBe(pieces);
  });

  it('takes no checkpoint of what stood there before along', async () => {
    await put('The old text.');
    const seen: StepRequest['checkpoint'][] = [];
    before = async ({ node, checkpoint }, report) => {
      if (node !== 'files') return;
      seen.push(checkpoint);
      if (seen.length > 1) return;
      report({ type: 'stored-checkpoint', checkpoint: { digest: 'a'.repeat(64), step: 4 } });
      await put('The new text.');
    };
    expect((await run(corpus)).status).toBe('succeeded');
    expect(seen).toEqual([undefined, undefined]);
  });

  it('ends the step as input-changed when it never holds still', async () => {
    await put('1');
    let times = 1;
    before = async ({ node }) => {
      if (node === 'files') await put(String((times += 1)));
    };
    const { status, error, step } = await run(corpus);
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'input-changed', location: { node: 'files' } });
    expect(step('pieces')?.status).toBe('skipped');
    expect(times).toBe(3);
    for await (const record of actions.list()) throw new Error(`recorded ${record.nodeType}`);
  });

  it('that is gone is said to be missing', async () => {
    await put('1');
    before = () => rm(join(folder, 'a.txt'), { force: true });
    const { error } = await run(corpus);
    expect(error).toMatchObject({ code: 'missing-file', location: { node: 'files' } });
  });
});

it('a file that changes in a round of a loop is read as it is now in the rounds after', async () => {
  const body = {
    nodes: {
      in: { type: 'input', version: 1, params: { name: 'open' } },
      grow: { type: 'double', version: 2, params: {} },
      docs: { type: 'read-in-round', version: 1, params: { files: ['a.txt'] } },
      open: { type: 'output', version: 1, params: { name: 'open' } },
      read: { type: 'output', version: 1, params: { name: 'read' } },
    },
    edges: ['in.value -> grow.value', 'grow.value -> open.value', 'docs.documents -> read.value'],
    expose: { round: 'docs.round' },
  };
  const drawn = {
    nodes: {
      n: { type: 'number', version: 1, params: { value: 1 } },
      loop: { type: 'repeat', version: 1, params: { use: '#body', limit: 3 } },
    },
    edges: ['n.value -> loop.open'],
    graphs: { body },
  };
  const plan = planGraph(
    parseGraph(JSON.stringify({ graft: 1, ...drawn })),
    createRegistry([...testDefinitions, readInRound]),
    { models: testModels },
  );
  const known = new Map(testImplementations).set(
    readInRound.type,
    implementItems(readInRound, {
      runItems: (_ctx, batch) =>
        Promise.all(batch.map(async (file) => Buffer.from(await file.bytes()).toString())),
      *expand({ path }, text: string, { round }) {
        const place = { id: path, path, title: path, offset: 0, line: 1 };
        const read = { text: `${String(round)}: ${text}`, mediaType: 'text/plain' };
        yield { ...place, ...read, metadata: {} };
      },
    }),
  );
  await put('The old text.');
  const first = await run(plan, known);
  expect(first.status, first.error?.message).toBe('succeeded');
  // The others are in the cache with what stood there then.
  await artifacts.delete(first.step('loop#2/docs')?.outputs['documents']?.digest ?? '');
  items = new MemoryItemStore();
  before = async ({ node }) => {
    if (node === 'loop#2/docs') await put('The new text.');
  };
  const second = await run(plan, known);
  expect(second.status, second.error?.message).toBe('succeeded');
  const read = (round: number): Promise<string> =>
    textOf(second.step(`loop#${String(round)}/docs`)?.outputs['documents']?.digest);
  expect(await read(1)).toContain('1: The old text.');
  expect(await read(2)).toContain('2: The new text.');
  expect(await read(3)).toContain('3: The new text.');
  const renewed = (await runs.events(second.runId, 0, 1000)).filter(
    ({ type }) => type === 'step.log',
  );
  expect(renewed).toHaveLength(1);
});

it('of 20 edits at random moments serves nothing once the inputs are what they were', async () => {
  /** Past what is read at once, so that an edit may fall into the midst of a reading. */
  const text = (word: string): string => `It says ${word}, `.repeat(75_000);
  for (let round = 0; round < 20; round++) {
    const word = `w${String(round).padStart(3, '0')}`;
    await put(text(word));
    // It may be refused: what is written to while it is hashed has no digest.
    const edited = run(corpus).catch(() => undefined);
    await wait(Math.random() * 40);
    // Of the same length, so that nothing but the bytes tells.
    await put(text(`x${word.slice(1)}`));
    await edited;
    await put(text(word));
    const served = (await run(corpus)).step('pieces')?.outputs['chunks']?.digest;
    const kept = { artifacts, actions, runs, items };
    artifacts = new MemoryArtifactStore();
    actions = new MemoryActionStore();
    runs = new MemoryRunStore();
    items = new MemoryItemStore();
    const fresh = (await run(corpus)).step('pieces')?.outputs['chunks']?.digest;
    expect(served).toBe(fresh);
    ({ artifacts, actions, runs, items } = kept);
  }
});

describe('a model that changes while a step uses it', () => {
  const changed = () => new GraphError('input-changed', 'The model "m" has other bytes.');
  const lines = planOf({ lines: ['lines', { text: 'a\nb' }], upper: ['upper'] }, [
    'lines.rows -> upper.rows',
  ]);

  it('has the step start anew, and nothing that was made of it in a store', async () => {
    let looks = 0;
    verifyModels = () => (looks++ === 1 ? Promise.reject(changed()) : Promise.resolve());
    let upper = 0;
    before = ({ node }) => {
      upper += node === 'upper' ? 1 : 0;
      return Promise.resolve();
    };
    const { status, step } = await run(lines);
    expect(status).toBe('succeeded');
    expect(upper).toBe(2);
    expect(step('upper')?.items).toMatchObject({ total: 2, computed: 2, reused: 0 });
  });

  it('ends the step as input-changed when it never holds still, without a record', async () => {
    verifyModels = () => Promise.reject(changed());
    const { status, error } = await run(lines);
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'input-changed', location: { node: 'lines' } });
    for await (const record of actions.list()) throw new Error(`recorded ${record.nodeType}`);
  });
});

describe('a damaged input that is computed again', () => {
  it('and gives something else has the steps below keyed by what it gave', async () => {
    let made = 0;
    const known = new Map(testImplementations).set(
      'number',
      implement(numberNode, () =>
        Promise.resolve({ value: [{ id: 'value', question: String((made += 1)) }] }),
      ),
    );
    const plan = (factor: number): Plan =>
      planOf({ a: ['number'], d: ['double', { factor }] }, ['a.value -> d.value']);
    const first = await run(plan(2), known);
    artifacts.damage(first.step('a')?.outputs['value']?.digest ?? '');
    const second = await run(plan(3), known);
    expect(second.status).toBe('succeeded');
    const made2 = second.step('a')?.outputs['value']?.digest;
    expect(made2).not.toBe(first.step('a')?.outputs['value']?.digest);
    const part = second.step('d')?.parts?.find(({ name }) => name === 'input.value');
    expect(part?.value).toBe(made2);
    expect(await textOf(second.step('d')?.outputs['value']?.digest)).toContain('"6"');
    const record = (await actions.getMany([second.step('d')?.cacheKey ?? ''])).values().next();
    expect(record.value?.outputs['value']?.digest).toBe(second.step('d')?.outputs['value']?.digest);
    let doubles = 0;
    for await (const { nodeType } of actions.list()) doubles += nodeType === 'double' ? 1 : 0;
    expect(doubles).toBe(2);
  });

  it('finds that the file it is made of has changed meanwhile', async () => {
    await mkdir(join(folder, '.graft'), { recursive: true });
    await put('One. Two.');
    const by = (unit: string): Plan =>
      planOf({ files: ['read', { files: ['a.txt'] }], pieces: ['split', { by: unit }] }, [
        'files.documents -> pieces.documents',
      ]);
    const first = await run(by('paragraph'));
    artifacts.damage(first.step('files')?.outputs['documents']?.digest ?? '');
    items = new MemoryItemStore();
    before = async ({ node }) => {
      if (node === 'pieces') await put('Three. Four.');
      before = () => Promise.resolve();
    };
    const second = await run(by('sentence'));
    expect(second.status).toBe('succeeded');
    const documents = second.step('files')?.outputs['documents']?.digest;
    const part = second.step('pieces')?.parts?.find(({ name }) => name === 'input.documents');
    expect(part?.value).toBe(documents);
    expect(await textOf(second.step('pieces')?.outputs['chunks']?.digest)).toContain('Three.');
  });
});
