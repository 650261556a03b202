import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { chunking, expect, test } from './small-workspace.ts';
import { serve } from './served-workspace.ts';
import { Workbench } from './workbench.ts';

/** Passes every connection on to another port of this machine, as `ssh -L` and `docker -p` do. Gives the new address. */
async function forward(url: string): Promise<{ url: string; server: Server }> {
  const target = new URL(url);
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const end of [socket, onward])
      end.on('error', () => [socket, onward].map((one) => one.destroy()));
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  const forwarded = new URL(url);
  forwarded.host = `localhost:${String(address.port)}`;
  return { url: forwarded.href, server };
}

test('works at another port, below another path, and asks for the token there', async ({
  page,
  workspace,
}) => {
  const fanned = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [`c${String(at)}`, { type: 'chunk' }]),
  );
  await workspace.graph('forwarded', {
    ...chunking,
    nodes: { ...chunking.nodes, ...fanned },
    edges: [
      ...(chunking.edges ?? []),
      ...Object.keys(fanned).map((id) => `files.documents -> ${id}.documents`),
    ],
  });
  const graft = await serve(workspace.folder, {}, ['--port', '0', '--base-path', '/graft']);
  const { url, server } = await forward(graft.url);
  expect(new URL(url).pathname).toBe('/graft/');
  try {
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!new URL(request.url()).pathname.startsWith('/graft/')) foreign.push(request.url());
    });
    await test.step('the page without its token takes it', async () => {
      const bare = new URL(url);
      const token = bare.searchParams.get('token') ?? '';
      bare.search = '?graph=forwarded.graft.json';
      await page.goto(bare.href);
      await expect(page.getByRole('heading')).toHaveText('This address lacks its token');
      await page.getByLabel('Token or address').fill('wrong');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('heading')).toHaveText('Wrong token for this workspace');
      await page.getByLabel('Token or address').fill(token);
      await page.getByRole('button', { name: 'Open workspace' }).click();
      await expect(page).toHaveURL(/\/graft\/s\/[\w-]+\/\?graph=forwarded\.graft\.json/);
      expect(page.url()).not.toContain(token);
    });
    const bench = new Workbench(page);
    await test.step('it runs, follows, and starts its workers', async () => {
      await bench.reaches('chunk', 'idle');
      await bench.run();
      await bench.reaches('chunk', 'succeeded');
      const worker = page.waitForEvent('worker');
      await page.getByRole('button', { name: /^Tidy/ }).click();
      expect((await worker).url()).toContain('/graft/s/');
    });
    await test.step('the bare address leads back to it', async () => {
      const bare = new URL('/graft/', url);
      await page.goto(bare.href);
      await expect(page).toHaveURL(/\/graft\/s\/[\w-]+\//);
      await expect(page.getByRole('complementary', { name: 'Palette' })).toBeVisible();
    });
    expect(foreign).toEqual([]);
  } finally {
    server.close();
    graft.process.kill('SIGINT');
    await once(graft.process, 'exit');
  }
});
