import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphError, Questions } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { expect, it } from 'vitest';
import { sendDownload } from './download.ts';

it('that fails says what is wrong without where this machine keeps it', async () => {
  const root = '/home/somebody/work';
  const gone = new GraphError('state-unusable', `${root}/.graft/artifacts is gone.`);
  const artifacts: Partial<Workspace['artifacts']> = { has: () => Promise.reject(gone) };
  const workspace = { root, artifacts } as Workspace;
  const server = createServer((request, response) => {
    void sendDownload(workspace, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const query = { digest: 'f'.repeat(64), type: Questions.mediaType, format: 'csv' };
    const { port } = server.address() as AddressInfo;
    const address = `http://127.0.0.1:${String(port)}/?${new URLSearchParams(query).toString()}`;
    const answer = await fetch(address);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('.graft/artifacts is gone.\n');
  } finally {
    server.close();
  }
});
