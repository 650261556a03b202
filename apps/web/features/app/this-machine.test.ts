import { expect, it } from 'vitest';
import { isThisMachine } from './this-machine.ts';

it.each(['localhost', 'graft.localhost', '127.0.0.1', '127.8.4.2', '[::1]'])(
  'knows that %s is this machine',
  (hostname) => {
    expect(isThisMachine(hostname)).toBe(true);
  },
);

it.each(['graft.example.com', '192.168.1.4', '127.example.com', 'localhost.example.com', '[::2]'])(
  'knows that %s may be another machine',
  (hostname) => {
    expect(isThisMachine(hostname)).toBe(false);
  },
);
