import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { startPostgres } from '../runtime/kit/testing/postgres-server.ts';
import { expectAccessible } from './accessible.ts';
import { browserTest as test, expect, graftEntry, serve } from './served-workspace.ts';
import { asking, graphText } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const made: AsyncDisposable[] = [];
test.afterEach(async () => {
  for (const each of made.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

function endingWith(child: ChildProcess): ChildProcess {
  made.push({
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  });
  return child;
}

/** A worker that shares the disk of the workspace, once it takes steps. */
async function startWorker(
  folder: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [graftEntry, 'worker', folder, ...args], {
    ...{ env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  endingWith(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await expect.poll(() => output, { timeout: 60_000 }).toContain('Takes steps of');
  return child;
}

/** The list of workers in the settings. */
async function workersOf(
  page: Page,
): Promise<{ readonly dialog: Locator; readonly list: Locator }> {
  await page.keyboard.press('ControlOrMeta+,');
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('tab', { name: 'Devices and memory' }).click();
  return { dialog, list: dialog.getByRole('list', { name: 'Workers' }) };
}

test('the page shows workers, what they do, and where and after which wait a step ran', async ({
  page,
}) => {
  const postgres = await startPostgres();
  test.skip(postgres === undefined, 'Postgres is not installed');
  if (postgres === undefined) return;
  made.push(postgres);
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-workers-')));
  made.push({
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 20 }),
  });
  const env = { GRAFT_DATABASE: postgres.address };
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await using chat = await openChatServer(async (_request, response) => {
    await released;
    answerWith(response, 'At 05:40.');
  });
  for (const name of ['worker-busy', 'worker-waits']) {
    const { nodes, ...graph } = asking(chat.url);
    const ask = { type: 'questions', params: { questions: `When is the ${name} kiln lit?` } };
    const text = graphText({ ...graph, nodes: { ...nodes, ask } });
    await writeFile(path.join(folder, `${name}.graft.json`), text);
  }
  const server = await serve(folder, env);
  endingWith(server.process);

  const workbench = new Workbench(page);
  await workbench.open(server.url, 'worker-busy.graft.json');
  const { dialog, list } = await workersOf(page);
  await expect(dialog.getByRole('list', { name: 'Checks' })).toBeVisible();
  await expect(list).toBeHidden();

  const worker = await startWorker(folder, env, ['--queues', 'cpu', '--slots', '1']);
  await startWorker(folder, env, ['--queues', 'training', '--memory', '2GB']);
  const shown = `process ${String(worker.pid)}`;
  const row = list.getByRole('listitem').filter({ hasText: shown });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(row).toContainText('idle');
  await expect(row).toContainText(/takes cpu · 0 of 1 slot in use · \d.* memory in use/);
  await expect(list).toContainText('Models take at most 2.0 GB');
  await dialog.getByRole('button', { name: 'Close' }).click();

  await workbench.run();
  await expect.poll(() => chat.requests.length).toBe(1);
  await expect(page.getByRole('list', { name: 'Steps' })).toContainText(`· ${String(worker.pid)}`);
  await workersOf(page);
  await expect(row).toContainText('working');
  await expect(row).toContainText(/write in worker-busy\.graft\.json\d/);
  const second = spawn(process.execPath, [graftEntry, 'run', 'worker-waits.graft.json'], {
    ...{ cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' },
  });
  endingWith(second);
  await expect(dialog).toContainText('Waiting for a worker: 1 step for cpu.');
  await expectAccessible(page, 'the workers');
  await workbench.open(server.url, 'worker-waits.graft.json');
  const reason = page.getByTestId('reason');
  await workbench.select('ask');
  await workbench.tab('Output');
  await expect(reason).toContainText('The step waits: all slots of the worker are taken.');

  const finished = once(second, 'exit');
  release();
  expect((await finished)[0]).toBe(0);
  const ran = `, ${shown}: no other worker takes cpu.`;
  await expect(reason).toContainText(ran);
  await expect(reason).toContainText(/The step waited \d+ s: all slots of the worker were taken\./);
  await workbench.open(server.url, 'worker-busy.graft.json');
  await workbench.reaches('write', 'succeeded');
  await workbench.select('write');
  await workbench.tab('Output');
  await expect(reason).toContainText(ran);

  worker.kill('SIGTERM');
  await once(worker, 'exit');
  await workersOf(page);
  await expect(list.getByRole('listitem')).toHaveCount(1);
});
