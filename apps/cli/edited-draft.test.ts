import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GraphError } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { editDraft, type Choice } from './edited-draft.ts';

const stale = new GraphError('stale-save', 'Changed meanwhile.');
const bad = new GraphError('bad-row', 'row 1: no.');

/** Types texts one after the other, and answers in turn; `refuse` says what a text is refused for. */
function person(
  texts: readonly string[],
  answers: readonly Choice[] = [],
  refuse: (text: string, over: boolean) => GraphError | undefined = () => undefined,
) {
  const drafts = new Set<string>();
  const left = [...texts];
  const given = [...answers];
  return {
    drafts,
    edit: vi.fn(async (draft: string) => {
      drafts.add(draft);
      const text = left.shift();
      if (text === undefined) throw new Error('the editor was opened once too often');
      await writeFile(draft, text);
    }),
    save: vi.fn(async (text: string, over: boolean) => {
      const refusal = refuse(text, over);
      if (refusal !== undefined) throw refusal;
      return text.length;
    }),
    choose: vi.fn(async (_refusal: GraphError, _draft: string) => given.shift() ?? 'leave'),
  };
}
const rows = { text: 'a', name: 'rows.jsonl' };
const gone = (drafts: ReadonlySet<string>): boolean =>
  [...drafts].every((draft) => !existsSync(draft));

it('saves what was typed, and clears up', async () => {
  const { drafts, ...steps } = person(['ab']);
  expect(await editDraft(rows, steps)).toEqual({ kind: 'saved', result: 2, text: 'ab' });
  expect([...drafts].map((draft) => path.basename(draft))).toEqual(['rows.jsonl']);
  expect(gone(drafts)).toBe(true);
});

it('saves nothing where nothing was typed', async () => {
  const { drafts, ...steps } = person(['a']);
  expect(await editDraft(rows, steps)).toEqual({ kind: 'unchanged' });
  expect(steps.save).not.toHaveBeenCalled();
  expect(gone(drafts)).toBe(true);
});

it('opens the same text again until it is right', async () => {
  const refuse = (text: string) => (text === 'right' ? undefined : bad);
  const { drafts, ...steps } = person(
    ['wrong', 'still wrong', 'right'],
    ['again', 'again'],
    refuse,
  );
  expect(await editDraft(rows, steps)).toMatchObject({ kind: 'saved', text: 'right' });
  expect(drafts.size).toBe(1);
});

it('writes over what changed meanwhile only when told so, without another editing', async () => {
  const refuse = (_text: string, over: boolean) => (over ? undefined : stale);
  const { drafts, ...steps } = person(['mine'], ['over'], refuse);
  expect(await editDraft(rows, steps)).toMatchObject({ kind: 'saved', text: 'mine' });
  expect(steps.save.mock.calls).toEqual([
    ['mine', false],
    ['mine', true],
  ]);
  expect(gone(drafts)).toBe(true);
});

it('keeps a text that is left', async () => {
  const { drafts: _drafts, ...steps } = person(['wrong'], ['leave'], () => bad);
  const end = await editDraft(rows, steps);
  if (end.kind !== 'left') throw new Error('it was not left');
  expect(await readFile(end.draft, 'utf8')).toBe('wrong');
  await rm(path.dirname(end.draft), { recursive: true });
});

it('keeps the text and says where, when the editor fails after a refusal', async () => {
  const { drafts, ...steps } = person(['wrong'], ['again'], () => bad);
  await expect(editDraft(rows, steps)).rejects.toThrow(
    /once too often Your text is in .*rows\.jsonl/,
  );
  const [draft = ''] = drafts;
  expect(await readFile(draft, 'utf8')).toBe('wrong');
  await rm(path.dirname(draft), { recursive: true });
});

it('takes no text in another encoding than UTF-8, whose letters would be lost', async () => {
  const { drafts: _drafts, ...steps } = person([], ['leave']);
  const latin1 = Buffer.from('caf\u00e9', 'latin1');
  const end = await editDraft(rows, { ...steps, edit: (draft) => writeFile(draft, latin1) });
  if (end.kind !== 'left') throw new Error('it was not left');
  expect(steps.save).not.toHaveBeenCalled();
  expect(steps.choose.mock.calls).toMatchObject([[{ code: 'bad-encoding' }, end.draft]]);
  expect(await readFile(end.draft)).toEqual(latin1);
  await rm(path.dirname(end.draft), { recursive: true });
});

it('says so where the editor left no text', async () => {
  const { drafts: _drafts, ...steps } = person([]);
  const editing = editDraft(rows, { ...steps, edit: (draft) => rm(draft) });
  await expect(editing).rejects.toMatchObject({ code: 'missing-file' });
});

it('keeps what was typed before the editor failed', async () => {
  const { drafts: _drafts, ...steps } = person([]);
  const edit = async (draft: string): Promise<void> => {
    await writeFile(draft, 'half');
    throw new GraphError('bad-input', 'The editor ended with exit code 1.');
  };
  const error = await editDraft(rows, { ...steps, edit }).catch((thrown: unknown) => thrown);
  const [, draft = ''] = /Your text is in (.*)\.$/.exec(String(error)) ?? [];
  expect(await readFile(draft, 'utf8')).toBe('half');
  await rm(path.dirname(draft), { recursive: true });
});
