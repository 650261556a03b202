import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@graft/graph';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { appRouter } from './router/index.ts';
import { startServer, type RunningServer } from './start-server.ts';
import { OpenedSocket } from './testing/opened-socket.ts';

let workspace: Workspace;
let pages: string;
let server: RunningServer;

const start = (port = 0): Promise<RunningServer> =>
  startServer({ workspace, host: '127.0.0.1', port, staticFolder: pages, token: null });
const socketUrl = (): string => new URL('api/live', server.url).href;

/** Numbers of the run events in what came, in order. */
const seqsIn = (message: unknown): readonly number[] =>
  [...JSON.stringify(message).matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));

const file = 'a.graft.json';
const logged = (runId: string, seq: number): RunEvent => ({
  ...{ runId, seq, at: 1, type: 'step.log', node: 'n', level: 'info', message: 'x'.repeat(1_000) },
});

async function startedRun(runId: string): Promise<void> {
  await workspace.journal.create({
    id: runId,
    file,
    status: 'running',
    startedAt: 1,
    owner: 'no:1',
  });
  const nodes = [{ node: 'n', type: 'generate' }];
  await workspace.journal.append(runId, [
    { runId, seq: 1, at: 1, type: 'run.started', file, nodes },
    ...[2, 3, 4].map((seq) => logged(runId, seq)),
  ]);
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-live-'));
  const root = join(folder, 'workspace');
  pages = join(folder, 'out');
  await mkdir(root);
  await mkdir(pages);
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
  server = await start();
  return async () => {
    await server.close();
    await workspace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
});

describe('what a tab follows', () => {
  it('goes on behind the last event that came, after the server was started again', async () => {
    await startedRun('kept');
    const before = await OpenedSocket.open(socketUrl());
    before.subscribe('live.feed', { run: 'kept', file });
    await before.until('"seq":4');
    expect(seqsIn(before.frames)).toEqual([1, 2, 3, 4]);
    const lastId = before.frames.findLast(({ result }) => result?.id !== undefined)?.result?.id;
    expect(lastId).toBe('4');

    await server.close();
    // "Service restart": the page tries again. It was not told that its subscription is over.
    expect(await before.closed()).toBe(1012);
    expect(before.frames.map(({ result }) => result?.type)).not.toContain('stopped');
    await workspace.journal.append('kept', [logged('kept', 5), logged('kept', 6)]);

    server = await start(Number(new URL(server.url).port));
    const after = await OpenedSocket.open(socketUrl());
    after.subscribe('live.feed', { run: 'kept', file }, lastId);
    await after.until('"seq":6');
    expect(seqsIn(after.frames)).toEqual([5, 6]);
    after.close();
  });

  it('says which services the server waits for, also to a tab that comes later', async () => {
    const end = workspace.outages.wait('s3://bucket/prefix');
    const tab = await OpenedSocket.open(socketUrl());
    tab.subscribe('live.feed', { run: null, file: null });
    await tab.until('s3://bucket/prefix');
    end();
    await tab.until('"outages":[]');
    tab.close();
  });

  it('is not read ahead of a slow reader', async () => {
    await startedRun('long');
    const all = Array.from({ length: 10_000 }, (_, at) => logged('long', at + 5));
    await workspace.journal.append('long', all);
    await workspace.journal.finish('long', { status: 'cancelled', finishedAt: 2 });
    const read = vi.spyOn(workspace.journal, 'events');
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const feed = await appRouter
      .createCaller({
        ...{ workspace, closing: new AbortController().signal, largestPackage: 1 },
        drained: () => opened,
      })
      .live.feed({ run: 'long', file: null });
    let [last, count] = [0, 0];
    const whole = (async () => {
      for await (const message of feed) {
        count += 1;
        last = seqsIn(message).at(-1) ?? last;
        if (last === 10_004) break;
      }
    })();
    await expect.poll(() => count).toBe(1);
    await expect.poll(() => read.mock.calls.length).toBeGreaterThan(1);
    // As long as nothing drains nothing more is read, however long one waits.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(read.mock.calls.length).toBeLessThan(8);
    open();
    await whole;
    expect(last).toBe(10_004);
    read.mockRestore();
  });
});

describe('the socket', () => {
  it.each([
    ['a foreign host', { host: 'evil.example' }, /^403: This server does not answer/],
    ['a foreign origin', { origin: 'http://evil.example' }, /^403: Requests from/],
    ['an opaque origin', { origin: 'null' }, /^403: Requests from/],
  ])('is refused to %s', async (_name, headers, reason) => {
    await expect(OpenedSocket.open(socketUrl(), headers)).rejects.toThrow(reason);
  });

  it('refuses a message of more than 20 calls before it handles any, and stays open', async () => {
    const watch = vi.spyOn(workspace.changes.graphs, 'listen');
    const calls = (count: number): unknown[] =>
      Array.from({ length: count }, (_, at) => ({
        ...{ id: at + 1, method: 'subscription' },
        params: { path: 'live.feed', input: { run: null } },
      }));
    const socket = await OpenedSocket.open(socketUrl());
    socket.send(calls(21));
    await expect.poll(() => socket.frames.length).toBeGreaterThan(0);
    expect(socket.frames).toEqual([
      { id: null, error: { message: expect.stringContaining('at most 20 calls') } },
    ]);
    expect(watch).not.toHaveBeenCalled();
    socket.send(calls(20));
    await expect.poll(() => watch.mock.calls.length).toBe(20);
    socket.close();
    watch.mockRestore();
  });

  it('stands at one address only', async () => {
    const other = new URL('api/other', server.url).href;
    await expect(OpenedSocket.open(other)).rejects.toThrow(/^404/);
  });

  it('is the only way to subscribe: requests are few, and would be held for good', async () => {
    const input = encodeURIComponent(JSON.stringify({ run: null }));
    const answer = await fetch(new URL(`api/trpc/live.feed?input=${input}`, server.url));
    // It ends at once.
    expect(await answer.text()).toContain('METHOD_NOT_SUPPORTED');
  });

  it('is not held open by whoever was refused and does not hang up', async () => {
    const other = await start();
    const { hostname, port, host } = new URL(other.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', `Host: ${host}`];
    socket.write(['GET /api/other HTTP/1.1', ...upgrade, '', ''].join('\r\n'));
    const [answer]: unknown[] = await once(socket, 'data');
    expect(String(answer)).toContain('404');
    await other.close();
    socket.destroy();
  });

  it('is refused without the token', async () => {
    const guarded = await startServer({
      ...{ workspace, host: '127.0.0.1', port: 0, staticFolder: pages, token: 'correct-horse' },
    });
    try {
      const { origin } = new URL(guarded.url);
      await expect(OpenedSocket.open(`${origin}/api/live`)).rejects.toThrow(/^401/);
    } finally {
      await guarded.close();
    }
  });
});
