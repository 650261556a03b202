import { Answers, parseGraph } from '@graft/graph';
import { afterEach, expect, it } from 'vitest';
import { documentStore } from '../document/document-store.ts';
import { readingStore } from './reading-store.ts';

const answers = { digest: 'a', mediaType: Answers.mediaType, size: 1 };
const question = { run: 'r', answers, id: 'q1', text: 'Why?' };

afterEach(() => {
  readingStore.setState({ outputs: {}, question: null, part: null });
});

it('keeps how each output is read', () => {
  const { read } = readingStore.getState();
  read('generate.answers', { order: { column: 'verdict', descending: true } });
  read('generate.answers', { text: 'kiln' });
  // A node may be called as what every object has.
  read('constructor.rows', { only: true });
  expect(readingStore.getState().outputs).toEqual({
    'generate.answers': { order: { column: 'verdict', descending: true }, text: 'kiln' },
    'constructor.rows': { only: true },
  });
  read('generate.answers', { order: undefined });
  expect(readingStore.getState().outputs['generate.answers']).toEqual({
    ...{ order: undefined, text: 'kiln' },
  });
});

it('forgets all of it with the file', () => {
  const { read, follow, showPart } = readingStore.getState();
  read('generate.answers', { text: 'kiln' });
  follow(question);
  showPart({ run: 'r', answers, part: 'model' });
  const baseGraph = parseGraph('{ "graft": 1, "nodes": {}, "edges": [] }', 'a.graft.json');
  const file = { path: 'a.graft.json', base: '1', baseText: '', baseGraph };
  documentStore.getState().open(file);
  expect(readingStore.getState()).toMatchObject({ outputs: {}, question: null, part: null });
  follow(question);
  // Saved anew it is the same file.
  documentStore.getState().open({ ...file, base: '2' });
  expect(readingStore.getState().question).toEqual(question);
});
