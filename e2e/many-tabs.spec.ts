import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** A browser opens six requests to a host at a time, over all tabs. */
const tabs = 12;

test('twelve tabs of one browser work while a run streams', async ({ context, workspace }) => {
  await workspace.graph('many-tabs', chunking);
  const benches: Workbench[] = [];
  for (let tab = 0; tab < tabs; tab += 1) {
    const bench = new Workbench(await context.newPage());
    await bench.open(workspace.url, 'many-tabs.graft.json');
    await expect(bench.node('chunk')).toBeVisible();
    benches.push(bench);
  }
  const [first, ...others] = benches;
  const last = others.at(-1);
  if (first === undefined || last === undefined) throw new Error('no tab was opened');
  await test.step('a run that one starts is seen in all', async () => {
    await first.page.bringToFront();
    await first.run();
    for (const bench of benches) await bench.reaches('chunk', 'succeeded');
  });
  await test.step('the last saves, and the first sees it', async () => {
    await last.page.bringToFront();
    await last.select('chunk');
    await last.fill('Size', '64');
    await last.page.keyboard.press('Control+s');
    await expect(first.node('chunk')).toContainText('64');
  });
});

test('a tab holds one socket, however much it follows', async ({ page, workspace }) => {
  await workspace.graph('one-socket', chunking);
  const opened: string[] = [];
  page.on('websocket', (socket) => opened.push(socket.url()));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'one-socket.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  expect(opened).toHaveLength(1);
  expect(opened[0]).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/s\/[\w-]+\/api\/live$/);
});

test('another server of this host is not sent what opens the workspace', async ({
  page,
  workspace,
}) => {
  const cookies: string[] = [];
  const other = createServer((request, response) => {
    cookies.push(request.headers.cookie ?? '');
    response.setHeader('Content-Type', 'text/html').end('<title>Other</title>');
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    await new Workbench(page).open(workspace.url);
    await page.goto(`http://127.0.0.1:${String((other.address() as AddressInfo).port)}/`);
    await page.reload();
    expect(cookies.length).toBeGreaterThan(1);
    expect(cookies.join('')).not.toContain('graft');
  } finally {
    other.closeAllConnections();
    other.close();
  }
});
