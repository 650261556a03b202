import { GraphError, labelKey } from '@graft/graph';
import { expect, it } from 'vitest';
import { openLabelBook, type LabelFile, type LabelSubject } from './label-book.ts';

const of = (id: string): LabelSubject => ({ id, question: `Q ${id}`, answer: `A ${id}` });
const line = (id: string, label: string, { note, ...rest }: Record<string, string> = {}): string =>
  `${JSON.stringify({ ...of(id), label, note, version: 1, ...rest })}\n`;
/** As lines were before they had a version. */
const oldLine = (...parts: Parameters<typeof line>): string =>
  line(...parts).replace(',"version":1', '');

/** A file on a server, which others may write as well. */
function serverFile(begin = '') {
  const server = { text: begin, revision: begin === '' ? 0 : 1, saves: 0, down: false };
  /** What happens while a save is on its way. */
  const meanwhile: (() => void)[] = [];
  const file: LabelFile = {
    path: 'answers.labels.jsonl',
    read: () => Promise.resolve({ text: server.text, revision: String(server.revision) }),
    async save(text, base) {
      await Promise.resolve();
      meanwhile.shift()?.();
      if (server.down) throw new GraphError('unavailable', 'The server does not answer.');
      if (base !== String(server.revision)) throw new GraphError('stale-save', 'Stale.');
      server.text = text;
      server.saves += 1;
      server.revision += 1;
      return { revision: String(server.revision) };
    },
  };
  const byOthers = (text: string): void => {
    server.text = text;
    server.revision += 1;
  };
  return { server, file, meanwhile, byOthers };
}

async function opened(file: LabelFile) {
  const book = openLabelBook(file);
  await book.getState().read();
  return book;
}

it('saves each label, in the order of the ids, with what was noted before', async () => {
  const { server, file } = serverFile();
  const book = await opened(file);
  expect(book.getState().labels?.size).toBe(0);
  book.getState().note(of('b'), 'odd');
  expect(server.saves).toBe(0);
  book.getState().mark(of('b'), 'wrong');
  book.getState().mark(of('a'), 'right');
  expect(book.getState().state).toBe('unsaved');
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'right') + line('b', 'wrong', { note: 'odd' }));
  expect(book.getState()).toMatchObject({ state: 'saved', failure: undefined });
  expect(book.getState().touched.size).toBe(2);
});

it('writes nothing where nothing was changed, however the file is written', async () => {
  const { server, file } = serverFile(
    `{ "label": "right", "answer": "A a", "question": "Q a", "id": "a" }\n\n`,
  );
  const book = await opened(file);
  book.getState().mark(of('a'), 'right');
  await book.getState().flush();
  expect(server.saves).toBe(0);
});

it('keeps further fields of a label that it changes, and old lines that it does not', async () => {
  const old = oldLine('b', 'right', { by: 'Ada' });
  const { server, file } = serverFile(oldLine('a', 'right', { note: 'x', by: 'Ada' }) + old);
  const book = await opened(file);
  book.getState().mark(of('a'), 'skip');
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'skip', { note: 'x', by: 'Ada' }) + old);
});

it('goes on with what was marked while a save was on its way', async () => {
  const { server, file, meanwhile } = serverFile();
  const book = await opened(file);
  book.getState().mark(of('a'), 'right');
  meanwhile.push(() => book.getState().mark(of('b'), 'wrong'));
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'right') + line('b', 'wrong'));
  expect(book.getState().state).toBe('saved');
});

it('merges with what others labelled meanwhile', async () => {
  const { server, file, byOthers } = serverFile(line('a', 'right') + line('b', 'right'));
  const book = await opened(file);
  byOthers(line('a', 'wrong') + line('b', 'right') + line('c', 'right'));
  book.getState().mark(of('b'), 'skip');
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'wrong') + line('b', 'skip') + line('c', 'right'));
  expect(book.getState().clashes.size).toBe(0);
});

it('keeps theirs where both changed a label, tells of it, and puts mine in its place when asked', async () => {
  const { server, file, byOthers } = serverFile(line('a', 'right'));
  const book = await opened(file);
  byOthers(line('a', 'wrong'));
  book.getState().mark(of('a'), 'skip');
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'wrong'));
  expect(server.saves).toBe(0);
  expect([...book.getState().clashes.values()]).toMatchObject([{ label: 'skip' }]);
  book.getState().settle('mine');
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'skip'));
  expect(book.getState().clashes.size).toBe(0);
});

it('undoes step by step; what is typed into a note is one', async () => {
  const { server, file } = serverFile(line('a', 'right'));
  const book = await opened(file);
  for (const note of ['s', 'so', 'so.']) book.getState().note(of('a'), note);
  book.getState().mark(of('a'), undefined);
  await book.getState().flush();
  expect(server.text).toBe('');
  expect(book.getState().undo()).toBe(labelKey(of('a')));
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'right', { note: 'so.' }));
  book.getState().undo();
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'right'));
  expect(book.getState().undo()).toBeUndefined();
});

it('loses nothing when the server is away, and says so', async () => {
  const { server, file } = serverFile();
  server.down = true;
  const book = await opened(file);
  book.getState().mark(of('a'), 'right');
  await book.getState().flush();
  expect(book.getState()).toMatchObject({
    state: 'failed',
    failure: 'The server does not answer.',
  });
  server.down = false;
  await book.getState().flush();
  expect(server.text).toBe(line('a', 'right'));
  expect(book.getState().state).toBe('saved');
});

it('says what is wrong with a file that others broke, and overwrites nothing of it', async () => {
  const { server, file, byOthers } = serverFile(line('a', 'right'));
  const book = await opened(file);
  byOthers('<<<<<<< ours\n');
  book.getState().mark(of('a'), 'wrong');
  await book.getState().flush();
  expect(book.getState().state).toBe('failed');
  expect(book.getState().failure).toContain('answers.labels.jsonl, line 1: this is not JSON');
  expect(server.text).toBe('<<<<<<< ours\n');
});

it('gives up after others were quicker again and again', async () => {
  const { file, byOthers, meanwhile } = serverFile();
  const book = await opened(file);
  for (let at = 0; at < 9; at += 1) meanwhile.push(() => byOthers(line('z', 'right')));
  book.getState().mark(of('a'), 'right');
  await book.getState().flush();
  expect(book.getState().state).toBe('failed');
  expect(meanwhile).toHaveLength(4);
});
