import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { startPostgres } from '../runtime/kit/testing/postgres-server.ts';
import { expectAccessible } from './accessible.ts';
import { browserTest as test, expect, serve } from './served-workspace.ts';
import { asking, graphText } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const made: AsyncDisposable[] = [];
test.afterEach(async () => {
  for (const each of made.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

test('the header shows that Postgres is away, until it is back and the run goes on', async ({
  page,
}) => {
  test.skip(
    (process.env['GRAFT_TEST_POSTGRES'] ?? '') !== '',
    'other tests use this server of Postgres, and this one would stop it',
  );
  const postgres = await startPostgres();
  test.skip(postgres === undefined, 'Postgres is not installed');
  if (postgres === undefined) return;
  made.push(postgres);
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-outages-')));
  made.push({
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 20 }),
  });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await using chat = await openChatServer(async (_request, response) => {
    await released;
    answerWith(response, 'At 05:40.');
  });
  await writeFile(path.join(folder, 'outage.graft.json'), graphText(asking(chat.url)));
  const server = await serve(folder, { GRAFT_DATABASE: postgres.address });
  made.push({
    async [Symbol.asyncDispose]() {
      if (server.process.exitCode !== null || server.process.signalCode !== null) return;
      server.process.kill('SIGKILL');
      await once(server.process, 'exit');
    },
  });

  const workbench = new Workbench(page);
  await workbench.open(server.url, 'outage.graft.json');
  await workbench.run();
  await expect.poll(() => chat.requests.length).toBe(1);
  const chip = page.getByRole('banner').getByTestId('outages');
  await expect(chip).toBeHidden();

  await postgres.pause();
  release();
  await expect(chip).toContainText(/^waiting for postgres:\/\/postgres@127\.0\.0\.1.* since \d/);
  await expect(chip).toHaveAttribute('title', /has not answered since .*\nRuns wait for it/);
  expect(await chip.getAttribute('title')).not.toContain('p@ss');
  // A tab that comes later learns of it too.
  await page.reload();
  await expect(chip).toBeVisible();
  await expectAccessible(page, 'the notice of an outage');

  await postgres.resume();
  await expect(chip).toBeHidden();
  await workbench.reaches('write', 'succeeded');
  expect(chat.requests).toHaveLength(1);
});
