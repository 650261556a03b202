import { beforeEach, expect, it, vi } from 'vitest';
import { openFeed, type FeedHooks } from './live-feed.ts';

interface Subscriber {
  readonly onStarted: () => void;
  readonly onData: (message: { readonly data: unknown }) => void;
}
const subscribers: Subscriber[] = [];
const ended: number[] = [];

vi.mock('../client.ts', () => ({
  api: {
    live: {
      feed: {
        subscribe: (_input: unknown, subscriber: Subscriber) => {
          const at = subscribers.push(subscriber) - 1;
          return { unsubscribe: () => ended.push(at) };
        },
      },
    },
  },
}));

beforeEach(() => {
  subscribers.length = 0;
  ended.length = 0;
});

const hooksOf = (changed: (path: string | undefined) => void, newest = vi.fn()): FeedHooks => ({
  fileChanged: changed,
  newestRun: newest,
  sourcesChanged: () => undefined,
  materialChanged: () => undefined,
  failed: () => undefined,
});

it('misses no change of a file between two subscriptions', () => {
  const changed: unknown[] = [];
  const newest = vi.fn();
  const hooks = hooksOf((path) => changed.push(path), newest);
  const stop = openFeed({ run: null, file: 'a.graft.json' }, hooks);
  subscribers[0]?.onStarted();
  stop();
  openFeed({ run: null, file: 'b.graft.json' }, hooks);
  // It may have changed before anybody told of changes.
  expect(changed.splice(0)).toEqual(['a.graft.json']);
  subscribers[0]?.onData({ data: { kind: 'file', path: 'c.graft.json' } });
  subscribers[0]?.onData({ data: { kind: 'newest', run: { id: 'of a' } } });
  expect(changed).toEqual(['c.graft.json']);
  expect(newest).not.toHaveBeenCalled();
  expect(ended).toEqual([]);
  subscribers[1]?.onStarted();
  expect(ended).toEqual([0]);
});
