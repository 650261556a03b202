import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { settingsRefusal } from './settings-guard.ts';

function request(from: string, headers: Readonly<Record<string, string>>): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: from });
  const asked = new IncomingMessage(socket);
  Object.assign(asked.headers, headers);
  return asked;
}

it.each([
  ['127.0.0.1', '127.0.0.1:3000'],
  ['::ffff:127.0.0.1', 'localhost:3000'],
  ['::1', '[::1]:3000'],
  ['127.0.0.1', 'localhost'],
])('lets %s at %s change settings with a token, and nobody without', (from, host) => {
  expect(settingsRefusal(request(from, { host }), true)).toBeUndefined();
  expect(settingsRefusal(request(from, { host }), false)).toMatch(/without a token/);
});

it.each([
  ['from another machine', '192.168.1.7', { host: '192.168.1.5:3000' }],
  ['from another machine that names this one', '192.168.1.7', { host: 'localhost:3000' }],
  ['from a container’s gateway', '172.17.0.1', { host: 'localhost:3000' }],
  ['from nowhere', '', { host: 'localhost:3000' }],
  ['under a name of a proxy on this machine', '127.0.0.1', { host: 'graft.example.com' }],
  [
    'under a name that only begins as this machine',
    '127.0.0.1',
    { host: 'localhost.evil.example' },
  ],
  ['without a host', '127.0.0.1', {}],
  ['forwarded', '127.0.0.1', { host: 'localhost:3000', 'x-forwarded-for': '203.0.113.5' }],
  [
    'forwarded by the standard header',
    '127.0.0.1',
    { host: 'localhost', forwarded: 'for=1.2.3.4' },
  ],
])('refuses a request %s', (_how, from, headers) => {
  expect(settingsRefusal(request(from, headers), true)).toMatch(/from another computer/);
});
