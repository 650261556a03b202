import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Example, modelSchema, type RunContext, type TokenRow } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { SmallTokenizer } from '../kit/testing/small-tokenizer.ts';
import { sourceFile, testContext, treeInput } from '../kit/testing/test-context.ts';
import { loadDataset } from './node.ts';
import { run } from './run.ts';

type Params = ReturnType<typeof loadDataset.params.parse>;
const fixtures = join(import.meta.dirname, 'fixtures');
const model = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 64 },
  }),
);

async function load(
  paths: readonly string[],
  params: Partial<Params> = {},
  parts: { tokenizer?: SmallTokenizer; folder?: string } = {},
): Promise<{ rows: Example[]; tokens: TokenRow[]; log: string[] }> {
  const files = await Promise.all(paths.map((path) => sourceFile(parts.folder ?? fixtures, path)));
  const log: string[] = [];
  const base = testContext();
  const { tokenizer } = parts;
  const ctx: RunContext = testContext({
    sources: [{ kind: 'files', param: 'files', files }],
    log: (level, message) => log.push(`${level}: ${message}`),
    backends: {
      ...base.backends,
      ...(tokenizer === undefined ? {} : { tokenizer: () => Promise.resolve(tokenizer) }),
    },
  });
  const outputs = await run.run(
    ctx,
    { model: tokenizer === undefined ? undefined : model },
    loadDataset.params.parse({ evalShare: 0, files: paths, ...params }),
  );
  const rows: Example[] = [];
  for await (const row of outputs.dataset) rows.push(row);
  const tokens: TokenRow[] = [];
  for await (const row of outputs.tokens) tokens.push(row);
  return { rows, tokens, log };
}
/** `role: content`, in brackets where it is not trained. */
const turns = ({ turns: all }: Example): string[] =>
  all.map(({ role, content, trained }) => {
    const said = `${role}: ${content}`;
    return trained ? said : `(${said})`;
  });

describe('formats', () => {
  it('alpaca: instruction with input, system and history', async () => {
    const { rows, log } = await load(['alpaca.jsonl']);
    expect(rows.map(({ id, row, kind }) => [id, row, kind])).toEqual([
      ['alpaca.jsonl:1', 1, 'chat'],
      ['alpaca.jsonl:2', 2, 'chat'],
    ]);
    expect(rows.map(turns)).toEqual([
      ['(user: Name the glaze.\nDark, with red flecks.)', 'assistant: Rowan Red.'],
      [
        '(system: Be short.)',
        '(user: Name the glaze.)',
        'assistant: Rowan Red.',
        '(user: And its price?)',
        'assistant: £6.50 more.',
      ],
    ]);
    expect(log).toContain(
      'info: Read alpaca.jsonl as alpaca, because its first row has "instruction" and "output".',
    );
  });

  it('sharegpt, as an array, under either name of roles', async () => {
    const { rows } = await load(['sharegpt.json']);
    expect(rows.map(turns)).toEqual([
      ['(user: Hi)', 'assistant: Hello.'],
      ['(system: Be short.)', '(user: One?)', 'assistant: 1.', '(user: Two?)', 'assistant: 2.'],
    ]);
  });

  it('messages, with text in parts and the weight 0 left out of training', async () => {
    const { rows } = await load(['messages.jsonl']);
    expect(rows.map(turns)).toEqual([
      [
        '(system: Be short.)',
        '(user: Who?)',
        '(assistant: Bob.)',
        '(user: Sure?)',
        'assistant: Yes.',
      ],
    ]);
  });

  it('text, from CSV', async () => {
    const { rows } = await load(['texts.csv']);
    expect(rows.map(({ kind }) => kind)).toEqual(['text', 'text']);
    expect(rows.map(turns)).toEqual([
      ['text: Clay is dried, then fired.'],
      ['text: Line one\nline two'],
    ]);
  });

  it('prompt and completion: as one text, or as a conversation whose end is learned', async () => {
    const { rows } = await load(['completions.csv', 'completions.jsonl']);
    expect(rows.map(({ kind }) => kind)).toEqual(['text', 'chat']);
    expect(rows.map(turns)).toEqual([
      ['(text: Q: Who?\nA:)', 'text:  Bob.'],
      ['(user: Who?)', '(assistant: Bob.)', '(user: Sure?)', 'assistant: Yes.'],
    ]);
  });

  it('prompt and completion under other names: question and answer, input and output', async () => {
    const { rows, log } = await load(['asked.csv', 'pairs.jsonl'], { template: 'chat' });
    expect(rows.map(turns)).toEqual([
      ...[
        ['(user: Who?)', 'assistant: Bob.'],
        ['(user: When?)', 'assistant: At noon.'],
      ],
      ...[
        ['(user: Who?)', 'assistant: Bob.'],
        ['(user: When?)', 'assistant: At noon.'],
      ],
    ]);
    expect(log).toContain(
      'info: Read asked.csv as prompt-completion, because its first row has "question" and "answer".',
    );
  });

  it('reads names of its own before other names', async () => {
    const folder = await testContext().scratch();
    const row = { text: 'Clay is fired.', question: 'What is fired?', answer: 'Clay.' };
    await writeFile(join(folder, 'a.jsonl'), JSON.stringify(row));
    expect((await load(['a.jsonl'], {}, { folder })).rows.map(turns)).toEqual([
      ['text: Clay is fired.'],
    ]);
    const options = { format: 'prompt-completion' } as const;
    expect((await load(['a.jsonl'], options, { folder })).rows.map(turns)).toEqual([
      ['(text: What is fired?)', 'text: Clay.'],
    ]);
    await writeFile(join(folder, 'b.jsonl'), JSON.stringify({ question: 'What?' }));
    await expect(load(['b.jsonl'], options, { folder })).rejects.toThrow('no column "answer"');
  });
});

describe('parameters', () => {
  it('train on everything but what the rows leave out', async () => {
    const { rows } = await load(['messages.jsonl', 'completions.csv'], { trainOn: 'everything' });
    expect(rows.map(({ turns: all }) => all.map(({ trained }) => trained))).toEqual([
      [true, true, false, true, true],
      [true, true],
    ]);
  });

  it('template: texts as conversations, conversations as texts', async () => {
    const chat = await load(['completions.csv'], { template: 'chat' });
    expect(chat.rows.map(turns)).toEqual([['(user: Q: Who?\nA:)', 'assistant:  Bob.']]);
    const none = await load(['alpaca.jsonl'], { template: 'none', limit: 1 });
    expect(none.rows.map(turns)).toEqual([
      ['(text: Name the glaze.\nDark, with red flecks.\n\n)', 'text: Rowan Red.'],
    ]);
    await expect(load(['texts.csv'], { template: 'chat' })).rejects.toMatchObject({
      code: 'bad-input',
      location: { param: 'template', file: 'texts.csv' },
    });
  });

  it('limit counts over all files', async () => {
    const { rows } = await load(['alpaca.jsonl', 'texts.csv'], { limit: 3 });
    expect(rows.map(({ id }) => id)).toEqual([
      ...['alpaca.jsonl:1', 'alpaca.jsonl:2', 'texts.csv:1'],
    ]);
  });

  it('share for evaluation: by content, about as large, the same wherever a row stands', async () => {
    const folder = await testContext().scratch();
    const lines = Array.from({ length: 400 }, (_, at) => JSON.stringify({ text: `Row ${at}.` }));
    await writeFile(join(folder, 'a.jsonl'), lines.join('\n'));
    await writeFile(join(folder, 'b.jsonl'), [...lines, ...lines].reverse().join('\n'));
    const kept = async (path: string, params: Partial<Params>): Promise<Set<string>> => {
      const { rows } = await load([path], params, { folder });
      const evaluated = rows.filter(({ split }) => split === 'eval');
      return new Set(evaluated.map(({ turns: [turn] }) => turn?.content ?? ''));
    };
    const first = await kept('a.jsonl', { evalShare: 0.1 });
    expect(first.size).toBeGreaterThan(20);
    expect(first.size).toBeLessThan(60);
    expect(await kept('b.jsonl', { evalShare: 0.1 })).toEqual(first);
    const more = await kept('a.jsonl', { evalShare: 0.3 });
    expect([...first].every((text) => more.has(text))).toBe(true);
    expect(await kept('a.jsonl', { evalShare: 0.1, seed: 1 })).not.toEqual(first);
  });
});

describe('tokens', () => {
  it('show what is trained, once a model is connected', async () => {
    const { tokens, log } = await load(['alpaca.jsonl'], {}, { tokenizer: new SmallTokenizer() });
    expect(tokens.map(({ id }) => id)).toEqual(['alpaca.jsonl:1', 'alpaca.jsonl:2']);
    const [row] = tokens;
    const trained = row?.pieces.filter((_, at) => row.trained[at]).join('');
    expect(trained).toBe('Rowan Red.<|im_end|>');
    expect(log.join('\n')).toMatch(/2 first rows: \d+ tokens on average, the longest \d+\./);
    expect((await load(['alpaca.jsonl'])).tokens).toEqual([]);
  });

  it('stop at 200', async () => {
    const folder = await testContext().scratch();
    await writeFile(join(folder, 'a.jsonl'), '{"text":"a"}\n'.repeat(300));
    const { rows, tokens } = await load(
      ['a.jsonl'],
      {},
      { tokenizer: new SmallTokenizer(), folder },
    );
    expect([rows.length, tokens.length]).toEqual([300, 200]);
  });

  it('warn of a template that leaves the answers out', async () => {
    const tokenizer = new SmallTokenizer([], { contents: false });
    const { log } = await load(['sharegpt.json'], {}, { tokenizer });
    expect(log.join('\n')).toContain(
      'warning: The chat template leaves nothing to train on in 2 of them: sharegpt.json:1, sharegpt.json:2.',
    );
  });
});

describe('refusals', () => {
  it('name every row that has a fault, fault by fault', async () => {
    const error: unknown = await load(['faults.jsonl']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'bad-row',
      message:
        'faults.jsonl: an empty answer in rows 2 (line 3) and 6 (line 7). Add the text, or remove these rows.',
      location: { node: 'node-1', param: 'files', file: 'faults.jsonl', line: 3 },
      problems: [
        'an empty answer in rows 2 (line 3) and 6 (line 7).',
        'the unknown role "tool" in row 3 (line 4).',
        'a conversation that ends with the user, not with the assistant in row 4 (line 5).',
        'no column "messages" in row 5 (line 6).',
        'nothing to train on in row 7 (line 8).',
        'a value of the column "messages" that is not a list in row 8 (line 9).',
        'a turn in messages that is not text in row 9 (line 10).',
        'a conversation without turns in row 10 (line 11).',
      ].map((message) => ({ message: expect.stringContaining(`faults.jsonl: ${message}`) })),
    });
  });

  it.each<[string, string, string, object]>([
    ['broken.jsonl', 'bad-row', 'broken.jsonl, line 2: this is not JSON.', { line: 2 }],
    ['broken.json', 'bad-row', 'broken.json, line 3 is not valid JSON.', { line: 3 }],
    [
      'latin.jsonl',
      'bad-encoding',
      'latin.jsonl is not valid UTF-8: the byte at offset 22 does not fit. Save',
      {},
    ],
    [
      'unknown.jsonl',
      'missing-column',
      'unknown.jsonl: no known format has the columns of the first row (q, a). Rename them to messages (messages), conversations (sharegpt), instruction and output (alpaca)',
      { param: 'format', line: 1 },
    ],
    ['empty.jsonl', 'bad-input', 'The chosen files have no rows.', { param: 'files' }],
    [
      '../node.ts',
      'bad-input',
      '../node.ts has an unknown type. Choose files that end in jsonl',
      {},
    ],
  ])('%s', async (file, code, ...told) => {
    const [message, location] = told;
    await expect(load([file])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      location,
    });
  });

  it('nothing left to train on', async () => {
    const folder = await testContext().scratch();
    const lines = Array.from({ length: 40 }, (_, at) => JSON.stringify({ text: `Row ${at}.` }));
    await writeFile(join(folder, 'a.jsonl'), lines.join('\n'));
    const { rows } = await load(['a.jsonl'], { evalShare: 0.5 }, { folder });
    const kept = rows.flatMap(({ split }, at) => (split === 'eval' ? (lines[at] ?? []) : []));
    await writeFile(join(folder, 'b.jsonl'), kept.join('\n'));
    await expect(load(['b.jsonl'], { evalShare: 0.5 }, { folder })).rejects.toThrow(
      'Evaluation keeps every row (',
    );
  });
});
