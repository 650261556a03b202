import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  GraphError,
  implementItems,
  ItemFailure,
  Questions,
  type Implementation,
  type ItemStore,
  type Question,
  type StepRequest,
  type StepResult,
  type StepSignal,
} from '@graft/graph';
import { upperNode } from '@graft/graph/testing';
import { MemoryArtifactStore, MemoryItemStore } from '@graft/store/testing';
import { readRows, writeArtifact } from '../rows/index.ts';
import { runStep } from '../step/run-step.ts';
import { createTestHost, testImplementations } from '../testing.ts';

let folder: string;
let artifacts: MemoryArtifactStore;
let items: ItemStore;
let batches: string[][];
let watched: string[];
let parallel: unknown[];
let logs: Extract<StepSignal, { type: 'log' }>[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-items-'));
  artifacts = new MemoryArtifactStore();
  items = new MemoryItemStore();
  batches = [];
  logs = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const real = testImplementations.get('upper');
if (real === undefined || !('runItems' in real)) throw new Error('no upper node');
const sorted = {
  ...upperNode,
  items: { over: 'rows', key: ['question'], batch: 8, length: lengthOf },
} as const;
function lengthOf(row: unknown): number {
  return Questions.schema.parse(row).question.length;
}
const byPrefix = {
  ...upperNode,
  items: { over: 'rows', key: ['question'], batch: 2, prefix: questionOf },
} as const;
function questionOf(row: unknown): string {
  return Questions.schema.parse(row).question;
}
/** The node `upper`, telling its batches, and giving a row for each part between commas. */
const telling = (definition: typeof sorted | typeof byPrefix): Implementation =>
  implementItems(definition, {
    runItems(ctx, batch, inputs, params) {
      batches.push(batch.map(({ question }) => question));
      parallel.push('parallel' in params ? params.parallel : undefined);
      return real.runItems(ctx, batch, inputs, params);
    },
    expand: ({ id }, payload: string) => payload.split(',').map((question) => ({ id, question })),
    watch: () => (row, out) => {
      watched.push(`${row.question} ${out.question}`);
      if (out.question === '!') throw new GraphError('bad-row', 'No.');
    },
  });

async function run(
  questions: readonly string[],
  options: {
    suffix?: string;
    attempt?: number;
    as?: typeof sorted | typeof byPrefix;
    running?: Implementation;
    signal?: AbortSignal;
  } = {},
): Promise<StepResult & { rows: string[] }> {
  [batches, watched, parallel] = [[], [], []];
  const rows = questions.map((question, i): Question => ({ id: String(i), question }));
  const input = await writeArtifact(artifacts, { port: 'rows', type: Questions, value: rows });
  const host = createTestHost(
    { artifacts, items, scratchFolder: folder },
    new Map([['upper', options.running ?? telling(options.as ?? sorted)]]),
  );
  const suffix = options.suffix ?? '';
  const request: StepRequest = {
    runId: 'r',
    node: 'u',
    type: 'upper',
    lane: 'light',
    params: { suffix, parallel: 8 },
    inputs: { rows: [input] },
    sources: [],
    inputFacets: {},
    cacheKey: 'k',
    familyParts: [{ name: 'param.suffix', value: suffix }],
    device: 'auto',
    attempt: options.attempt ?? 1,
  };
  const report = (signal: StepSignal): void => {
    if (signal.type === 'log') logs.push(signal);
  };
  const { signal = new AbortController().signal } = options;
  const result = await runStep(host, request, { signal, report });
  const ref = result.outputs['rows'];
  if (ref === undefined) throw new Error('no output');
  const out: string[] = [];
  for await (const row of readRows(artifacts, ref, Questions)) {
    const { id, question } = Questions.schema.parse(row);
    out.push(`${id} ${question}`);
  }
  return { ...result, rows: out };
}

describe('a map-type step', () => {
  it('computes a changed item and nothing else', async () => {
    expect((await run(['a', 'b', 'c'])).items).toEqual({
      total: 3,
      computed: 3,
      reused: 0,
      failed: 0,
    });
    const again = await run(['a', 'x', 'c']);
    expect(again.items).toEqual({ total: 3, computed: 1, reused: 2, failed: 0 });
    expect(batches).toEqual([['x']]);
    expect(again.rows).toEqual(['0 A', '1 X', '2 C']);
  });

  it('reads its rows once, and keeps their order and what is alike over more than are held', async () => {
    const questions = Array.from({ length: 9000 }, (_, i) => `${String(i % 8000)}`);
    const get = vi.spyOn(artifacts, 'get');
    const first = await run(questions);
    // Once by the step, and once by this test.
    expect(get).toHaveBeenCalledTimes(2);
    expect(first.items).toEqual({ total: 9000, computed: 8000, reused: 1000, failed: 0 });
    expect(first.rows).toEqual(questions.map((question, i) => `${String(i)} ${question}`));
    questions[8500] = 'fail';
    questions[20] = 'new';
    const again = await run(questions);
    expect(again.items).toEqual({ total: 9000, computed: 1, reused: 8998, failed: 1 });
    expect(again.rows[20]).toBe('20 NEW');
    expect(again.rows[8500]).toBe('8501 501');
  });

  it('reads no further once it is cancelled', async () => {
    const controller = new AbortController();
    const whole = artifacts.get.bind(artifacts);
    let read = 0;
    vi.spyOn(artifacts, 'get').mockImplementation(async function* (digest) {
      for await (const bytes of whole(digest)) {
        for (let at = 0; at < bytes.length; at += 100) {
          read += 1;
          if (read === 2) controller.abort(new Error('stop'));
          yield bytes.subarray(at, at + 100);
        }
      }
    });
    const questions = Array.from({ length: 100 }, (_, i) => String(i));
    await expect(run(questions, { signal: controller.signal })).rejects.toThrow('stop');
    expect(read).toBe(2);
  });

  it('says what computing has thrown as it was thrown, whatever it is written to', async () => {
    const running = implementItems(sorted, {
      runItems: () => Promise.reject(new GraphError('bad-model', 'gone')),
      *expand() {},
    });
    const error: unknown = await run(['a'], { running }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-model', location: {} });
    expect(error).not.toHaveProperty('location.port');
  });

  it('counts the rows that items give, not the items', async () => {
    const first = await run(['a,b', 'c']);
    expect(first.items).toEqual({ total: 3, computed: 3, reused: 0, failed: 0 });
    const again = await run(['a,b', 'x,y,z']);
    expect(again.items).toEqual({ total: 5, computed: 3, reused: 2, failed: 0 });
    expect(again.rows).toEqual(['0 A', '0 B', '1 X', '1 Y', '1 Z']);
  });

  it('shows each row beside its item to who watches, also where it is reused', async () => {
    await run(['a,b', 'c']);
    expect(watched).toEqual(['a,b A', 'a,b B', 'c C']);
    await run(['a,b', 'd']);
    expect(watched).toEqual(['a,b A', 'a,b B', 'd D']);
    await expect(run(['a', '!', 'b'])).rejects.toThrow('No.');
    expect(watched).toEqual(['a A', '! !']);
  });

  it('lets a deleted item vanish and keeps the order of the others', async () => {
    await run(['a', 'b', 'c']);
    const again = await run(['c', 'a']);
    expect(again.rows).toEqual(['0 C', '1 A']);
    expect(batches).toEqual([]);
  });

  it('computes identical items once, each row with its own id', async () => {
    const { items: counts, rows } = await run(['a', 'a', 'b', 'a']);
    expect(counts).toEqual({ total: 4, computed: 2, reused: 2, failed: 0 });
    expect(rows).toEqual(['0 A', '1 A', '2 B', '3 A']);
  });

  it('starts anew when what all items share has changed', async () => {
    await run(['a']);
    expect((await run(['a'], { suffix: '!' })).rows).toEqual(['0 A!']);
    expect((await run(['a'])).items).toMatchObject({ reused: 1 });
  });

  it('sorts batches by length', async () => {
    await run(['ccc', 'a', 'dddd', 'bb']);
    expect(batches).toEqual([['a', 'bb', 'ccc', 'dddd']]);
  });

  it('computes rows that begin alike one after another, and gives all in their order', async () => {
    const { rows } = await run(['long b', 'c', 'long a', 'b'], { as: byPrefix });
    expect(batches).toEqual([
      ['b', 'c'],
      ['long a', 'long b'],
    ]);
    expect(rows).toEqual(['0 LONG B', '1 C', '2 LONG A', '3 B']);
  });

  it('takes a quarter of the batch after memory ran out, and of what is done at once', async () => {
    await run(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], { attempt: 2 });
    expect(batches.map(({ length }) => length)).toEqual([2, 2, 2, 2]);
    expect(parallel).toEqual([2, 2, 2, 2]);
    await run(['i']);
    expect(parallel).toEqual([8]);
  });

  it('tries a failed item alone, reports it and goes on', async () => {
    const { items: counts, rows } = await run(['a', 'fail', 'c']);
    expect(counts).toEqual({ total: 3, computed: 2, reused: 0, failed: 1 });
    expect(rows).toEqual(['0 A', '2 C']);
    expect(batches).toEqual([['a', 'c', 'fail'], ['fail']]);
    expect(logs).toMatchObject([
      { level: 'warning', item: '1', message: expect.stringContaining('cannot put') },
    ]);
  });

  it('loses only the culprit when a whole batch throws, and tries it again next time', async () => {
    const first = await run(['a', 'throw', 'c']);
    expect(first.items).toEqual({ total: 3, computed: 2, reused: 0, failed: 1 });
    const again = await run(['a', 'throw', 'c']);
    expect(again.items).toEqual({ total: 3, computed: 0, reused: 2, failed: 1 });
  });

  describe('that gives promises', () => {
    /** By question: what becomes of it, and when. */
    const after = (
      plan: Readonly<Record<string, () => Promise<string | ItemFailure>>>,
    ): Implementation =>
      implementItems(sorted, {
        runItems: (_ctx, batch) => {
          batches.push(batch.map(({ question }) => question));
          return Promise.resolve(
            batch.map(({ question }) => plan[question]?.() ?? Promise.resolve(`${question}!`)),
          );
        },
        *expand({ id }, question) {
          yield { id, question };
        },
      });

    it('stores each as it comes, and keeps those where the step fails by another', async () => {
      const sound = items;
      let fail: (error: Error) => void = () => undefined;
      const failing = new Promise<string>((_, reject) => (fail = reject));
      let stored = 0;
      items = {
        async open(name) {
          const family = await sound.open(name);
          return {
            has: (key) => family.has(key),
            get: (key) => family.get(key),
            append: async (entries) => {
              await family.append(entries);
              stored += entries.length;
              if (stored === 2) fail(new GraphError('bad-model', 'gone'));
            },
            [Symbol.asyncDispose]: () => family[Symbol.asyncDispose](),
          };
        },
      };
      const running = after({ a: () => failing });
      await expect(run(['a', 'b', 'c'], { running })).rejects.toThrow('gone');
      items = sound;
      const again = await run(['a', 'b', 'c'], { running: after({}) });
      expect(batches).toEqual([['a']]);
      expect(again.items).toEqual({ total: 3, computed: 1, reused: 2, failed: 0 });
      expect(again.rows).toEqual(['0 a!', '1 b!', '2 c!']);
    });

    it('tries those that failed alone, one after another, when the others are there', async () => {
      const running = after({
        a: () => Promise.reject(new Error('once')),
        b: () => Promise.resolve(new ItemFailure('never')),
        c: () => new Promise((resolve) => setTimeout(() => resolve('c!'), 20)),
      });
      const { items: counts, rows } = await run(['a', 'b', 'c', 'd'], { running });
      expect(counts).toEqual({ total: 4, computed: 2, reused: 0, failed: 2 });
      expect(rows).toEqual(['2 c!', '3 d!']);
      expect(batches).toEqual([['a', 'b', 'c', 'd'], ['a'], ['b']]);
    });
  });

  it('fails when every item fails, with the first reason', async () => {
    await expect(run(['fail 1', 'fail 2'])).rejects.toThrow(
      'All 2 items failed. The first: cannot put "fail 1" in capitals',
    );
  });

  it('gives no rows for no rows', async () => {
    expect(await run([])).toMatchObject({
      rows: [],
      items: { total: 0, computed: 0, reused: 0, failed: 0 },
    });
  });

  it('computes an item again whose stored payload is damaged', async () => {
    await run(['a', 'b']);
    const sound = items;
    let damaged = 1;
    items = {
      async open(name) {
        const family = await sound.open(name);
        return {
          has: (key) => family.has(key),
          get: (key) => (damaged-- > 0 ? Promise.resolve(undefined) : family.get(key)),
          append: (entries) => family.append(entries),
          [Symbol.asyncDispose]: () => family[Symbol.asyncDispose](),
        };
      },
    };
    expect((await run(['a', 'b'])).rows).toEqual(['0 A', '1 B']);
    expect(batches).toEqual([['a']]);
  });
});
