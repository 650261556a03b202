import { emptyGraph, type RunEvent } from '@graft/graph';
import { conversationStore, documentStore, screenStore, type Turn } from '@graft/view';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import {
  ask,
  askOther,
  askTyped,
  forget,
  forgetAll,
  openConversation,
  retry,
  stopAnswer,
} from './conversation.ts';

type Events = (event: { data: { kind: 'run'; events: readonly RunEvent[] } }) => void;
const served = vi.hoisted(() => ({
  asked: [] as unknown[],
  cancelled: [] as unknown[],
  runs: 0,
  start: undefined as (() => Promise<{ runId: string }>) | undefined,
  saves: true,
  adaptersOff: [] as unknown[],
  /** Of each run that is followed. */
  fails: [] as ((error: Error) => void)[],
  tells: new Map<string, Events>(),
}));
vi.mock('../client.ts', () => ({
  api: {
    runs: {
      start: {
        mutate: (input: unknown) => {
          served.asked.push(input);
          return served.start?.() ?? Promise.resolve({ runId: `r${String(++served.runs)}` });
        },
      },
      cancel: {
        mutate: (input: unknown) => {
          served.cancelled.push(input);
          return Promise.resolve({ outcome: 'cancelled' });
        },
      },
    },
    live: {
      feed: {
        subscribe: (
          { run }: { run: string },
          { onData, onError }: { onData: Events; onError: (error: Error) => void },
        ) => {
          served.tells.set(run, onData);
          served.fails.push(onError);
          return { unsubscribe: () => undefined };
        },
      },
    },
  },
}));
vi.mock('../graphs/graph-function.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  graphFunction: () => ({
    inputs: [{ name: 'question', node: 'question', type: { id: 'questions' } }],
    params: [],
    outputs: [{ name: 'answers', doc: '', node: 'generate', port: 'answers' }],
    wanted: {},
    adaptersOff: served.adaptersOff,
  }),
}));
vi.mock('../graphs/graph-file.ts', () => ({ report: () => undefined }));
vi.mock('../graphs/save-file.ts', () => ({
  saveFile: () => Promise.resolve(served.saves ? documentStore.getState().file?.path : undefined),
}));
vi.mock('./run-actions.ts', () => ({ tellOfCancel: () => undefined }));

afterAll(() => vi.unstubAllGlobals());

/** The answer to the next question, which comes when it is let. */
function late(runId: string): () => void {
  let tell = (): void => undefined;
  const answered = new Promise<void>((resolve) => (tell = resolve));
  served.start = () => answered.then(() => ({ runId }));
  return tell;
}

function open(name: string): void {
  const path = `${name}.graft.json`;
  documentStore.getState().open({ path, base: 'r', baseText: '', baseGraph: emptyGraph });
  openConversation(path);
}
const turns = (): readonly Turn[] => conversationStore.getState().turns;
const questions = (): readonly string[] => turns().map(({ question }) => question);
const runs = (): readonly unknown[] =>
  turns().flatMap(({ answers }) => answers.map(({ run }) => run?.runId));
const question = (text: string) => ({ question: text });

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
  Object.assign(served, { asked: [], cancelled: [], runs: 0, start: undefined, saves: true });
  Object.assign(served, { adaptersOff: [], fails: [] });
  openConversation(undefined);
  open('a');
});

it('asks a question once, however often it is sent on its way', async () => {
  const tell = late('r1');
  const first = ask(question('Who keeps the key?'));
  expect(await ask(question('Who keeps the key?'))).toBe(false);
  tell();
  expect(await first).toBe(true);
  expect(served.asked).toHaveLength(1);
  expect(questions()).toEqual(['Who keeps the key?']);
});

it('asks two questions that come quickly after each other, each alone', async () => {
  conversationStore.getState().type('Who keeps the key?');
  const first = askTyped();
  expect(conversationStore.getState().question).toBe('');
  conversationStore.getState().type('Who has\n a spare one? ');
  await Promise.all([first, askTyped()]);
  expect(served.asked).toMatchObject([
    { inputs: { question: 'Who keeps the key?' } },
    { inputs: { question: 'Who has a spare one?' } },
  ]);
  expect(questions()).toEqual(['Who has a spare one?', 'Who keeps the key?']);
});

it('asks nothing where nothing is typed', async () => {
  conversationStore.getState().type(' \n ');
  await askTyped();
  expect(turns()).toEqual([]);
  expect(served.asked).toEqual([]);
});

it('asks one of the saved questions alone, and leaves what is typed beside it', async () => {
  conversationStore.getState().type('And what of');
  expect(await ask({ question: 'Who keeps the key?', reference: 'Ada' })).toBe(true);
  expect(conversationStore.getState().question).toBe('And what of');
  openConversation(undefined);
  open('a');
  expect(turns()).toMatchObject([{ question: 'Who keeps the key?', reference: 'Ada' }]);
});

it('shows nothing of it beside another file, whose question is still on its way', async () => {
  const tell = late('r1');
  const first = ask(question('Who keeps the key?'));
  await expect.poll(() => served.asked).toHaveLength(1);
  open('b');
  const tellOther = late('r2');
  const other = ask(question('When is it fired?'));
  tell();
  await first;
  expect(questions()).toEqual(['When is it fired?']);
  tellOther();
  await other;
  expect(runs()).toEqual(['r2']);
  open('a');
  expect(runs()).toEqual(['r1']);
});

it('shows a question of a file that was left and opened again before its run was known', async () => {
  const tell = late('r1');
  const first = ask(question('Who keeps the key?'));
  await expect.poll(() => served.asked).toHaveLength(1);
  open('b');
  open('a');
  expect(turns()).toEqual([]);
  tell();
  await first;
  expect(runs()).toEqual(['r1']);
});

it('stops an answer whose run is not known yet, as soon as it is', async () => {
  const tell = late('r1');
  const asked = ask(question('Who keeps the key?'));
  await expect.poll(() => served.asked).toHaveLength(1);
  await stopAnswer(turns()[0]?.answers[0]?.id ?? '');
  expect(served.cancelled).toEqual([]);
  tell();
  await asked;
  expect(served.cancelled).toEqual([{ runId: 'r1' }]);
});

it('says at the question why it was not asked, and asks again in its place', async () => {
  served.start = () => Promise.reject(new Error('The workspace is locked.'));
  await ask(question('Who keeps the key?'));
  const [failed] = turns()[0]?.answers ?? [];
  expect(failed?.problem).toContain('The workspace is locked.');
  served.start = undefined;
  served.saves = false;
  await retry(failed?.id ?? '');
  expect(turns()[0]?.answers[0]?.problem).toMatch(/^Not asked: the graph could not be saved/);
  served.saves = true;
  await retry(turns()[0]?.answers[0]?.id ?? '');
  expect(questions()).toEqual(['Who keeps the key?']);
  expect(runs()).toEqual(['r1']);
});

it('keeps an answer that was asked for again in the place of the first', async () => {
  await ask(question('Who keeps the key?'));
  await ask(question('Who has a spare one?'));
  await retry(turns()[1]?.answers[0]?.id ?? '');
  expect(runs()).toEqual(['r2', 'r3']);
  // What still comes of the first is not wanted any more.
  served.tells.get('r1')?.({
    data: {
      kind: 'run',
      events: [{ ...{ runId: 'r1', seq: 1, at: 1 }, type: 'run.started', nodes: [], file: 'a' }],
    },
  } as unknown as Parameters<Events>[0]);
  expect(runs()).toEqual(['r2', 'r3']);
  openConversation(undefined);
  open('a');
  expect(runs()).toEqual(['r2', 'r3']);
});

it('asks with the adapters, without them, and both below each other', async () => {
  served.adaptersOff = [{ node: 'generate', param: 'adapterWeights', value: [0] }];
  await ask(question('Who keeps the key?'));
  expect(served.asked).toMatchObject([{ set: [] }]);
  const [first] = turns();
  if (first === undefined) throw new Error('nothing was asked');
  await askOther(first, 'off');
  expect(served.asked[1]).toMatchObject({ set: served.adaptersOff });
  conversationStore.setState({ adapters: 'both' });
  await ask(question('Who has a spare one?'));
  const uses = () => turns().map(({ answers }) => answers.map(({ adapter }) => adapter));
  expect(uses()).toEqual([
    ['on', 'off'],
    ['on', 'off'],
  ]);
  expect(runs()).toEqual(['r3', 'r4', 'r1', 'r2']);
  openConversation(undefined);
  open('a');
  expect(uses()).toEqual([
    ['on', 'off'],
    ['on', 'off'],
  ]);
  expect(runs()).toEqual(['r3', 'r4', 'r1', 'r2']);
});

it('keeps an earlier question whose run cannot be read', async () => {
  await ask(question('Who keeps the key?'));
  const again = (): readonly string[] => {
    openConversation(undefined);
    open('a');
    return questions();
  };
  expect(again()).toEqual(['Who keeps the key?']);
  served.fails.at(-1)?.(new Error('The database is busy.'));
  expect(turns()).toEqual([]);
  expect(again()).toEqual(['Who keeps the key?']);
  const [asked] = turns();
  if (asked !== undefined) forget(asked);
  expect(again()).toEqual([]);
});

it('brings removed questions back where they were, beside what was asked since', async () => {
  const over = (): void => served.fails.at(-1)?.(new Error('The database is busy.'));
  await ask(question('Who keeps the key?'));
  over();
  await ask(question('Who has a spare one?'));
  over();
  forgetAll();
  expect(questions()).toEqual([]);
  const undo = screenStore.getState().notices.at(-1)?.action;
  await ask(question('Who lights the kiln?'));
  undo?.run();
  const all = ['Who lights the kiln?', 'Who has a spare one?', 'Who keeps the key?'];
  expect(questions()).toEqual(all);
  openConversation(undefined);
  open('a');
  expect(questions()).toEqual(all);
});

it('brings back only what was removed, at its place, and leaves what became of the rest', async () => {
  const all = ['Who fires it?', 'Who has a spare one?', 'Who keeps the key?'];
  for (const each of all.toReversed()) await ask(question(each));
  const [, second, third] = turns();
  if (second === undefined || third === undefined) throw new Error('nothing was asked');
  forget(second);
  const undo = screenStore.getState().notices.at(-1)?.action;
  // One is asked again, one is removed as well.
  await retry(turns()[0]?.answers[0]?.id ?? '');
  forget(third);
  undo?.run();
  expect(questions()).toEqual(['Who fires it?', 'Who has a spare one?']);
  expect(runs()).toEqual(['r4', 'r2']);
  openConversation(undefined);
  open('a');
  expect(questions()).toEqual(['Who fires it?', 'Who has a spare one?']);
  expect(runs()).toEqual(['r4', 'r2']);
});
