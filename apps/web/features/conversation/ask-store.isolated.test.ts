import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { ask, askOf, forget, useAsk } from './ask-store.ts';

const served = vi.hoisted(() => ({
  asked: [] as unknown[],
  start: (): Promise<{ runId: string }> => Promise.resolve({ runId: 'r1' }),
  file: { path: 'a.graft.json' },
  /** Of each run that is followed. */
  fails: [] as ((error: Error) => void)[],
}));
vi.mock('../../api/client.ts', () => ({
  api: {
    runs: {
      start: {
        mutate: (input: unknown) => {
          served.asked.push(input);
          return served.start();
        },
      },
    },
    live: {
      feed: {
        subscribe: (_input: unknown, { onError }: { onError: (error: Error) => void }) => {
          served.fails.push(onError);
          return { unsubscribe: () => undefined };
        },
      },
    },
  },
}));
vi.mock('../../api/graphs/graph-function.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  graphFunction: () => ({
    inputs: [{ name: 'question', type: { id: 'questions' } }],
    outputs: [{ name: 'answers', doc: '', node: 'generate', port: 'answers' }],
    wanted: {},
  }),
}));
vi.mock('../../kit/stores.ts', () => ({
  useDocument: { getState: () => ({ file: served.file }) },
}));
vi.mock('../../api/graphs/open-file.ts', () => ({
  report: () => undefined,
}));
vi.mock('../../api/graphs/save-file.ts', () => ({ saveFile: () => Promise.resolve(true) }));
vi.mock('../../api/runs/run-actions.ts', () => ({ tellOfCancel: () => undefined }));

afterAll(() => vi.unstubAllGlobals());

/** The answer to the next question, which comes when it is let. */
function late(runId: string): () => void {
  let tell = (): void => undefined;
  const answered = new Promise<void>((resolve) => (tell = resolve));
  served.start = () => answered.then(() => ({ runId }));
  return tell;
}

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  served.fails.length = 0;
  served.asked.length = 0;
  served.file = { path: 'a.graft.json' };
  askOf(undefined);
});

it('asks a question once, however often it is sent on its way', async () => {
  const tell = late('r1');
  const first = ask('Who keeps the key?');
  expect(await ask('Who keeps the key?')).toBe(false);
  tell();
  expect(await first).toBe(true);
  expect(served.asked).toHaveLength(1);
  expect(useAsk.getState().asked.map(({ question }) => question)).toEqual(['Who keeps the key?']);
  served.start = () => Promise.resolve({ runId: 'r2' });
  expect(await ask('And who has a spare one?')).toBe(true);
  expect(useAsk.getState().asked).toHaveLength(2);
});

it('asks one of the saved questions by itself, and leaves what is typed beside it', async () => {
  served.start = () => Promise.resolve({ runId: 'r1' });
  useAsk.setState({ file: served.file.path, question: 'And what of' });
  expect(await ask('Who keeps the key?')).toBe(true);
  expect(served.asked).toEqual([
    { path: 'a.graft.json', inputs: { question: 'Who keeps the key?' }, set: [] },
  ]);
  expect(useAsk.getState().question).toBe('And what of');
  useAsk.setState({ question: 'And what of it?' });
  expect(await ask('And what of it?')).toBe(true);
  expect(useAsk.getState().question).toBe('');
});

it('shows nothing of it beside another file, whose question is still on its way', async () => {
  const tell = late('r1');
  const first = ask('Who keeps the key?');
  await expect.poll(() => served.asked).toHaveLength(1);
  served.file = { path: 'b.graft.json' };
  askOf('b.graft.json');
  const tellOther = late('r2');
  const other = ask('When is it fired?');
  tell();
  expect(await first).toBe(false);
  expect(useAsk.getState()).toMatchObject({ asked: [], starting: true });
  tellOther();
  expect(await other).toBe(true);
  expect(useAsk.getState().starting).toBe(false);
});

it('keeps what was asked of a file that is left before its run is known', async () => {
  const tell = late('r1');
  const first = ask('Who keeps the key?');
  await expect.poll(() => served.asked).toHaveLength(1);
  askOf('b.graft.json');
  tell();
  expect(await first).toBe(false);
  askOf('a.graft.json');
  expect(useAsk.getState().asked.map(({ question }) => question)).toEqual(['Who keeps the key?']);
});

it('does not forget a question of before whose run cannot be had now', async () => {
  served.start = () => Promise.resolve({ runId: 'r1' });
  await ask('Who keeps the key?');
  const again = (): readonly string[] => {
    askOf(undefined);
    askOf('a.graft.json');
    return useAsk.getState().asked.map(({ question }) => question);
  };
  expect(again()).toEqual(['Who keeps the key?']);
  served.fails.at(-1)?.(new Error('The database is busy.'));
  expect(useAsk.getState().asked).toEqual([]);
  expect(again()).toEqual(['Who keeps the key?']);
  const [asked] = useAsk.getState().asked;
  if (asked !== undefined) forget(asked);
  expect(again()).toEqual([]);
});
