import { expect, it } from 'vitest';
import { isLoopback } from './loopback.ts';

it.each(['localhost', '127.0.0.1', '127.8.4.2', '::1', '[::1]'])(
  'takes %s for this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it.each(['graft.example.com', '192.168.1.4', '127.example.com', 'localhost.example.com', '[::2]'])(
  'takes %s for another machine',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
