import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runEventSchema, type RunEvent } from '@graft/graph';
import { beforeAll, describe, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const run = promisify(execFile);
const entry = path.resolve(import.meta.dirname, 'bin/graft.mjs');

type RunEnd = Extract<RunEvent, { type: 'run.finished' }>;

/** The events that `--json` printed, and the last of them. */
function eventsOf({ stdout }: Finished): { events: RunEvent[]; end: RunEnd } {
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => runEventSchema.parse(JSON.parse(line)));
  const end = events.at(-1);
  if (end?.type !== 'run.finished') throw new Error('the last event is not run.finished');
  return { events, end };
}
const step = (end: RunEnd, node: string): RunEnd['steps'][number] | undefined =>
  end.steps.find((step) => step.node === node);

describe('graft, from file to results', () => {
  let folder: string;
  const file = 'flow.graft.json';
  const there = (...args: string[]): Promise<Finished> => graft(args, { cwd: folder });

  beforeAll(async () => {
    folder = await temporaryFolder();
    await mkdir(path.join(folder, 'corpus'));
    for (const name of ['a', 'b', 'c']) {
      await writeFile(path.join(folder, 'corpus', `${name}.txt`), `All about ${name}. `.repeat(30));
    }
    await writeFile(
      path.join(folder, file),
      graphText(
        {
          'files-1': ['load-files', { paths: ['corpus'] }],
          'chunk-1': ['chunk', { size: 40, overlap: 0 }],
          'ask-1': ['questions', { questions: 'What about a?' }],
        },
        ['files-1.documents -> chunk-1.documents'],
      ),
    );
  });

  it('plans before anything has run', async () => {
    const end = await there('plan', file);
    expect(end.code).toBe(0);
    expect(end.stdout).toMatch(/files-1 +load-files +run .*has not run before/);
    expect(end.stdout).toMatch(/0 reused, 3 to run/);
  });

  it('prints events as NDJSON, numbered without gaps, and ends with the outcome', async () => {
    const first = await there('run', file, '--json');
    expect(first.code).toBe(0);
    const { events, end } = eventsOf(first);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ runId }) => runId)).size).toBe(1);
    expect(end.status).toBe('succeeded');
    expect(step(end, 'chunk-1')).toMatchObject({
      status: 'succeeded',
      device: 'cpu',
      items: { total: 9, computed: 9, reused: 0, failed: 0 },
    });
    expect(step(end, 'chunk-1')?.cacheKey).toMatch(/^[0-9a-f]{64}$/);
    expect(end.outputs['chunk-1']?.['chunks']).toEqual({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      preview: expect.any(String) as string,
    });
    expect(first.stderr).toMatch(/✓ chunk-1 +succeeded/);
  });

  it('reuses everything when nothing has changed', async () => {
    const second = await there('run', file, '--json');
    const { end } = eventsOf(second);
    expect(new Set(end.steps.map(({ status }) => status))).toEqual(new Set(['cached']));
    expect((await there('plan', file)).stdout).toMatch(/3 reused, 0 to run/);
  });

  it('computes one document and its chunks when one has changed, and says why', async () => {
    await writeFile(path.join(folder, 'corpus/b.txt'), 'Now about something else.');
    const { end } = eventsOf(await there('run', file, '--json'));
    expect(step(end, 'files-1')?.items).toMatchObject({ total: 3, computed: 1, reused: 2 });
    expect(step(end, 'chunk-1')?.items).toMatchObject({ total: 7, computed: 1, reused: 6 });
    expect(step(end, 'ask-1')?.status).toBe('cached');
    const why = await there('why', 'latest', 'files-1');
    expect(why.code).toBe(0);
    expect(why.stdout).toMatch(/parts of its key changed/);
    expect(why.stdout).toContain('corpus/b.txt');
  });

  it('sets parameters for one run, and runs a part', async () => {
    const set = await there('run', file, '--json', '--only', 'chunk-1', '--set', 'chunk-1.size=20');
    const { end } = eventsOf(set);
    expect(end.steps.map(({ node }) => node).sort()).toEqual(['chunk-1', 'files-1']);
    expect(step(end, 'files-1')?.status).toBe('cached');
    expect(step(end, 'chunk-1')?.status).toBe('succeeded');
    const why = await there('why', 'latest', 'chunk-1');
    expect(why.stdout).toMatch(/size +40 +20/);
    expect(await readFile(path.join(folder, file), 'utf8')).toContain('"size": 40');
  });

  it('writes outputs', async () => {
    const end = await there('run', file, '--out', 'results');
    expect(end.code).toBe(0);
    expect((await readdir(path.join(folder, 'results'))).sort()).toEqual([
      'ask-1.questions.jsonl',
      'chunk-1.chunks.jsonl',
      'files-1.documents.jsonl',
    ]);
    const rows = (await readFile(path.join(folder, 'results/files-1.documents.jsonl'), 'utf8'))
      .trim()
      .split('\n');
    expect(rows).toHaveLength(3);
  });

  it('lists, shows, compares and exports runs', async () => {
    const list = JSON.parse((await there('runs', 'ls', '--json')).stdout) as { id: string }[];
    expect(list.length).toBeGreaterThanOrEqual(5);
    const [newest, before] = list;
    expect((await there('runs', 'show', newest?.id ?? '')).stdout).toMatch(/chunk-1 +chunk/);
    const compared = await there('runs', 'compare', before?.id ?? '', newest?.id ?? '');
    expect(compared.stdout).toMatch(/chunk-1 .*other output.*size 20 → 40/);
    const bundle = await there('export', 'latest', '--format', 'bundle', '--out', 'bundle');
    expect(bundle.code).toBe(0);
    expect((await readdir(path.join(folder, 'bundle'))).sort()).toEqual([
      'events.ndjson',
      'outputs',
      'report.html',
      'run.json',
    ]);
  });

  it('finds a damaged artifact, and makes it anew', async () => {
    const { end } = eventsOf(await there('run', file, '--json'));
    const digest = end.outputs['chunk-1']?.['chunks']?.digest ?? '';
    const found = (await readdir(path.join(folder, '.graft'), { recursive: true })).find((name) =>
      name.endsWith(digest),
    );
    await writeFile(path.join(folder, '.graft', found ?? ''), 'altered');
    const verify = await there('cache', 'verify');
    expect([verify.code, verify.stdout]).toEqual([1, expect.stringContaining(digest)]);
    const again = eventsOf(await there('run', file, '--json')).end;
    expect(step(again, 'chunk-1')).toMatchObject({ status: 'succeeded' });
    expect(again.outputs['chunk-1']?.['chunks']?.digest).toBe(digest);
    expect((await there('cache', 'verify')).code).toBe(0);
  });

  it('shrinks the cache', async () => {
    expect((await there('cache', 'ls')).stdout).toMatch(/\d+ results/);
    const { code, stderr } = await there('cache', 'gc', '--max-size', '0');
    expect([code, stderr]).toEqual([0, '']);
    // What stays is of the history: the graphs that runs were made of.
    expect((await there('cache', 'ls')).stdout).toMatch(/^0 results, [\d.]+ k?B of artifacts/m);
    const { end } = eventsOf(await there('run', file, '--json'));
    expect(end.status).toBe('succeeded');
  });

  it('stops when it is interrupted, truthfully', async () => {
    // 46 MB of text keep it busy far longer than a signal takes.
    await writeFile(path.join(folder, 'corpus/large.txt'), 'Many words stand here. '.repeat(2e6));
    const child = spawn(process.execPath, [entry, 'run', file, '--json'], { cwd: folder });
    let stdout = '';
    const began = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (data: string) => {
        stdout += data;
        if (stdout.includes('"step.started","node":"chunk-1"')) resolve();
      });
    });
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    await began;
    child.kill('SIGINT');
    const code = await closed;
    expect(code).toBe(130);
    const { end } = eventsOf({ code, stdout, stderr: '', ms: 0 });
    expect(end.status).toBe('cancelled');
    expect(step(end, 'chunk-1')?.status).toBe('cancelled');
    await rm(path.join(folder, 'corpus/large.txt'));
    expect((await there('run', file)).code).toBe(0);
  });

  it('merges in git as a driver: both changes, or our side and a failure', async () => {
    const git = (...args: string[]): Promise<{ stdout: string }> =>
      run('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder });
    await git('init', '-q', '-b', 'main');
    await git('config', 'merge.graft.driver', `"${process.execPath}" "${entry}" merge %O %A %B`);
    await writeFile(path.join(folder, '.gitattributes'), '*.graft.json merge=graft\n');
    const commit = async (change: (text: string) => string): Promise<void> => {
      const text = await readFile(path.join(folder, file), 'utf8');
      await writeFile(path.join(folder, file), change(text));
      await git('add', file, '.gitattributes');
      await git('commit', '-q', '-m', 'change');
    };
    await commit((text) => text);
    await git('checkout', '-q', '-b', 'theirs');
    await commit((text) => text.replace('"overlap": 0', '"overlap": 8'));
    await git('checkout', '-q', 'main');
    await commit((text) => text.replace('"size": 40', '"size": 64'));
    await git('merge', '-q', 'theirs', '-m', 'merge');
    const merged = await readFile(path.join(folder, file), 'utf8');
    expect(merged).toContain('"overlap": 8');
    expect(merged).toContain('"size": 64');

    await git('checkout', '-q', 'theirs');
    await commit((text) => text.replace('"size": 40', '"size": 99'));
    await git('checkout', '-q', 'main');
    await expect(git('merge', 'theirs', '-m', 'merge')).rejects.toMatchObject({
      stderr: expect.stringMatching(/conflict .*node "chunk-1", param "size"/) as string,
    });
    expect((await git('diff', '--name-only', '--diff-filter=U')).stdout.trim()).toBe(file);
    const diff = await there('diff', file, file);
    expect([diff.code, diff.stdout]).toEqual([0, 'no difference\n']);
  });
});
