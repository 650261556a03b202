import { beforeEach, expect, it, vi } from 'vitest';
import { useConversation, useScreen } from '../../kit/stores.ts';
import { readInto } from './app-input.tsx';

vi.mock('../../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const messages = (): readonly string[] =>
  useScreen.getState().notices.map(({ tone, message }) => `${tone}: ${message}`);
const typed = (): unknown => useConversation.getState().texts;

beforeEach(() => {
  useScreen.setState({ notices: [] });
  useConversation.getState().begin(undefined);
  useConversation.getState().begin('a.graft.json');
  useConversation.getState().give('text', 'Typed.');
});

it('puts what a file holds into the field', async () => {
  await readInto('text', new File(['From a file.'], 'a.txt'));
  expect(typed()).toEqual({ text: 'From a file.' });
  expect(messages()).toEqual([]);
});

it('says that a file is too large, and keeps what was typed', async () => {
  await readInto('text', new File([new Uint8Array(20_000_001)], 'large.txt'));
  expect(typed()).toEqual({ text: 'Typed.' });
  expect(messages()).toEqual([expect.stringMatching(/^error: large\.txt has 20\.0 MB; /)]);
});

it('says that a file cannot be read, and keeps what was typed', async () => {
  const gone = new File([''], 'gone.txt');
  vi.spyOn(gone, 'text').mockRejectedValue(new Error('NotReadableError'));
  await readInto('text', gone);
  expect(typed()).toEqual({ text: 'Typed.' });
  expect(messages()).toEqual([expect.stringMatching(/^error: gone\.txt could not be read\./)]);
});

it('lets go what comes after another graph was opened', async () => {
  const reading = readInto('text', new File(['Late.'], 'a.txt'));
  useConversation.getState().begin('b.graft.json');
  await reading;
  expect(typed()).toEqual({});
});
