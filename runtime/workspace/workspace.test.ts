import { writeFileSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseGraph, type Graph, type RunEvent } from '@graft/graph';
import { ownerStamp } from '@graft/kit';
import { bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

let bundle: Bundle;
let root: string;
let workspace: Workspace;

const open = (): Promise<Workspace> =>
  openWorkspace({ root, registry: workerTestRegistry, workerEntry: bundle.entry });

beforeAll(async () => {
  bundle = await bundleTestWorker();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-workspace-')));
  workspace = await open();
});
afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

type Node = { type: string; version?: number; params?: Record<string, unknown> };
function graphOf(nodes: Record<string, Node>, edges: readonly string[] = []): Graph {
  const full = Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [
      id,
      { version: workerTestRegistry.get(node.type)?.version ?? 1, params: {}, ...node },
    ]),
  );
  return parseGraph(JSON.stringify({ graft: 1, nodes: full, edges }));
}

/** Writes a source file whose times are old enough to be trusted. */
async function source(name: string, text: string): Promise<void> {
  await writeFile(join(root, name), text);
  await utimes(join(root, name), 1000, 1000);
}

async function run(graph: Graph, on = workspace) {
  const { runId, finished } = await on.runs.start(graph, 'test.graft.json');
  const end = await finished;
  const steps = new Map(end.steps.map((step) => [step.node, step]));
  return { runId, end, steps, statuses: end.steps.map(({ status }) => status) };
}

const corpus = graphOf({ files: { type: 'read' }, pieces: { type: 'split' } }, [
  'files.documents -> pieces.documents',
]);

describe('a workspace', () => {
  it('runs a graph end to end and then reuses it, also after it was opened again', async () => {
    await source('a.txt', 'One. Two.');
    await source('b.txt', 'Three. Four.');
    const first = await run(corpus);
    expect(first.end.status).toBe('succeeded');
    expect(first.end.outputs['pieces']?.['chunks']?.preview).toContain('"text":"One."');
    await workspace[Symbol.asyncDispose]();
    workspace = await open();
    const again = await run(corpus);
    expect(again.statuses).toEqual(['cached', 'cached']);
    expect((await workspace.runs.explain(corpus, 'test.graft.json')).reused).toBe(2);
  });

  it('reads only the changed file, and forgets a deleted one', async () => {
    await source('a.txt', 'One.');
    await source('b.txt', 'Two.');
    await source('c.txt', 'Three.');
    await run(corpus);
    await source('b.txt', 'Zwei.');
    const changed = await run(corpus);
    const counts = { total: 3, computed: 1, reused: 2, failed: 0 };
    expect(changed.steps.get('files')?.items).toEqual(counts);
    expect(changed.steps.get('pieces')?.items).toEqual(counts);
    const why = await workspace.runs.why(changed.runId, 'files');
    expect(why.reason).toMatchObject({ kind: 'changed', parts: [{ name: 'file.b.txt' }] });

    await rm(join(root, 'b.txt'));
    const { runId, steps } = await run(corpus);
    expect(steps.get('files')?.items).toEqual({ total: 2, computed: 0, reused: 2, failed: 0 });
    const ref = (await workspace.runs.why(runId, 'pieces')).outputs['chunks'];
    if (ref === undefined) throw new Error('no chunks');
    const page = await workspace.rows.page(ref, 0, 10);
    expect(page).toMatchObject({ total: 2, rows: [{ text: 'One.' }, { text: 'Three.' }] });
  });

  it('refuses a run whose files are missing, naming node and parameter', async () => {
    await expect(run(corpus)).rejects.toMatchObject({
      code: 'missing-file',
      location: { file: 'test.graft.json', node: 'files', param: 'files' },
    });
    const { problems, nodes } = await workspace.runs.explain(corpus, 'test.graft.json');
    expect(problems).toMatchObject([{ code: 'missing-file' }]);
    expect(nodes.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown']);
    expect(await workspace.journal.list({ limit: 1 })).toEqual([]);
  });

  it('tells of missing files beside what else is wrong', async () => {
    const graph = graphOf({ files: { type: 'read' }, odd: { type: 'nope' } });
    const { problems } = await workspace.runs.explain(graph, 'test.graft.json');
    expect(problems.map(({ code, location: { node } }) => [code, node])).toEqual([
      ['unknown-type', 'odd'],
      ['missing-file', 'files'],
    ]);
  });

  it('computes a damaged artifact again', async () => {
    const graph = (factor: number): Graph =>
      graphOf({ a: { type: 'number' }, d: { type: 'double', params: { factor } } }, [
        'a.value -> d.value',
      ]);
    const { runId } = await run(graph(2));
    const digest = (await workspace.runs.why(runId, 'a')).outputs['value']?.digest ?? '';
    const blob = join(root, '.graft/artifacts/sha256', digest.slice(0, 2), digest);
    await rm(blob);
    await writeFile(blob, 'damaged');
    const again = await run(graph(3));
    expect(again.end.status).toBe('succeeded');
    expect((await workspace.storage.verify()).damaged).toEqual([]);
  });

  it('cancels what ignores its cancellation, and runs on', async () => {
    const handle = await workspace.runs.start(
      graphOf({ s: { type: 'stubborn' } }),
      'test.graft.json',
    );
    // Until its code has begun: before, it is stopped at once.
    for await (const event of workspace.runs.events(
      handle.runId,
      0,
      new AbortController().signal,
    )) {
      if (event.type === 'step.progress') break;
    }
    expect(await workspace.runs.cancel(handle.runId)).toBe('cancelled');
    expect((await handle.finished).status).toBe('cancelled');
    expect((await workspace.journal.get(handle.runId))?.status).toBe('cancelled');
    expect((await run(graphOf({ n: { type: 'number' } }))).end.status).toBe('succeeded');
  });

  it('retries a step whose worker died, and says so', async () => {
    const { runId, end } = await run(graphOf({ c: { type: 'crash', params: { times: 1 } } }));
    expect(end.status).toBe('succeeded');
    const events: RunEvent[] = await workspace.journal.events(runId, 0, 100);
    expect(events.find(({ type }) => type === 'step.log')).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('SIGKILL'),
    });
  });

  it('may be opened twice: one sees the other’s runs, events and results', async () => {
    await using other = await open();
    const graph = graphOf({ s: { type: 'slow', params: { ms: 700 } } });
    const handle = await workspace.runs.start(graph, 'test.graft.json');
    const seen: number[] = [];
    for await (const event of other.runs.events(handle.runId, 0, AbortSignal.timeout(10_000))) {
      seen.push(event.seq);
    }
    expect(seen).toEqual(seen.map((_, i) => i + 1));
    expect((await run(graph, other)).statuses).toEqual(['cached']);
    expect(await other.runs.cancel(handle.runId)).toBe('ended');
  });
});

describe('graph files', () => {
  it('are saved whole, listed and read', async () => {
    const saved = await workspace.graphs.save('sub/a.graft.json', '{"graft":1}\n', null);
    expect(await readFile(join(root, 'sub/a.graft.json'), 'utf8')).toBe('{"graft":1}\n');
    expect(await workspace.graphs.read('sub/a.graft.json')).toEqual(saved);
    const { text: _text, ...listed } = saved;
    expect(await workspace.graphs.list()).toEqual([listed]);
  });

  it('are never overwritten by a stale save, whoever changed them', async () => {
    const path = 'a.graft.json';
    const { revision } = await workspace.graphs.save(path, '1', null);
    await expect(workspace.graphs.save(path, '2', null)).rejects.toMatchObject({
      code: 'name-taken',
    });
    await writeFile(join(root, path), 'by git');
    await expect(workspace.graphs.save(path, '2', revision)).rejects.toMatchObject({
      code: 'stale-save',
      location: { file: path },
    });
    expect((await workspace.graphs.read(path)).text).toBe('by git');
  });

  it('saved by two at once: one wins, the other is told', async () => {
    await using other = await open();
    const { revision } = await workspace.graphs.save('a.graft.json', '0', null);
    const saves = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 === 0 ? workspace : other).graphs.save('a.graft.json', `${String(i)}!`, revision),
      ),
    );
    expect(saves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('stay inside the workspace', async () => {
    const base = await mkdtemp(join(tmpdir(), 'graft-outside-'));
    await symlink(base, join(root, 'link'));
    for (const path of ['../a.graft.json', '/etc/a.graft.json', 'link/a.graft.json']) {
      await expect(workspace.graphs.save(path, 'x', '0'), path).rejects.toMatchObject({
        code: 'outside-workspace',
      });
      await expect(workspace.graphs.read(path), path).rejects.toMatchObject({
        code: 'outside-workspace',
      });
    }
    await expect(workspace.graphs.save('a.json', 'x', null)).rejects.toMatchObject({
      code: 'bad-name',
    });
    await rm(base, { recursive: true });
  });

  it('that change on disk are noticed, in new folders too', async () => {
    const changed: string[] = [];
    const told = (): readonly string[] => changed.filter((path) => path !== 'first.graft.json');
    const stop = workspace.changes.graphs.listen((path) => changed.push(path));
    // They are watched from some moment on.
    const first = async (): Promise<readonly string[]> => {
      await writeFile(join(root, 'first.graft.json'), String(Math.random()));
      return changed;
    };
    await expect.poll(first, { interval: 250 }).not.toEqual([]);
    await workspace.graphs.save('a.graft.json', '1', null);
    await workspace.graphs.save('new/deep/b.graft.json', '1', null);
    await expect.poll(() => told().toSorted()).toEqual(['a.graft.json', 'new/deep/b.graft.json']);
    await writeFile(join(root, 'new/deep/b.graft.json'), '2');
    await expect.poll(told).toHaveLength(3);
    stop();
    await rm(join(root, 'first.graft.json'));
    await writeFile(join(root, 'a.graft.json'), '3');
    await wait(400);
    expect(told()).toHaveLength(3);
  });
});

it('is closed once what follows its last run is done', async () => {
  const scratch = join(root, '.graft', 'scratch');
  const left = join(scratch, '99999999-1-step-abc');
  await mkdir(left, { recursive: true });
  const files = Array.from({ length: 5_000 }, (_, file) => join(left, String(file)));
  for (const file of files) writeFileSync(file, '');
  const reserve = join(root, '.graft', 'reserve');
  const { size } = await stat(reserve);
  await rm(reserve);
  await run(graphOf({ n: { type: 'number' } }));
  await workspace[Symbol.asyncDispose]();
  expect(await readdir(scratch)).toEqual([]);
  expect((await stat(reserve)).size).toBe(size);
});

it('reserves room again before a run: somebody may have made some', async () => {
  const reserve = join(root, '.graft', 'reserve');
  const { size } = await stat(reserve);
  await rm(reserve);
  const { finished } = await workspace.runs.start(
    graphOf({ n: { type: 'number' } }),
    'n.graft.json',
  );
  expect((await stat(reserve)).size).toBe(size);
  await finished;
});

describe('scratch', () => {
  const scratch = (): string => join(root, '.graft', 'scratch');

  it('of processes that are gone is swept when the workspace is opened, and by a collection', async () => {
    const left = join(scratch(), '99999999-1-step-abc');
    const mine = join(scratch(), `${ownerStamp}-step-abc`);
    for (const folder of [left, mine]) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'part'), 'x'.repeat(1000));
    }
    expect((await workspace.storage.unlistedSizes()).scratch).toBe(2000);
    expect((await workspace.storage.preview(1 << 30)).scratch).toBe(1000);
    expect((await workspace.storage.use()).state).toMatchObject({ scratch: 2000 });
    expect((await workspace.storage.collect(1 << 30)).scratch).toBe(1000);
    expect(await readdir(scratch())).toEqual([`${ownerStamp}-step-abc`]);
    await mkdir(left);
    await (await open())[Symbol.asyncDispose]();
    expect(await readdir(scratch())).toEqual([`${ownerStamp}-step-abc`]);
    await rm(mine, { recursive: true });
  });

  it('of a worker that died in a run is gone after it', async () => {
    const graph = graphOf({ c: { type: 'crash', params: { times: 1 } } });
    expect((await run(graph)).end.status).toBe('succeeded');
    const steps = async (): Promise<string[]> =>
      (await readdir(scratch())).filter((name) => name.includes('step'));
    await expect.poll(steps).toEqual([]);
  });
});
