import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chunking, expect, test } from './small-workspace.ts';
import { workInTabs } from './work-in-tabs.ts';
import { Workbench } from './workbench.ts';

// many-tabs.soak.spec.ts opens twelve.
test('more tabs of one browser than it opens requests to a host work while a run streams', ({
  context,
  workspace,
}) => workInTabs(context, workspace, 7));

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
