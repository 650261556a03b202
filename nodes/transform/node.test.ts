import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Chunks, Documents, type Question, Questions, shapedType } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { transform } from './node.ts';
import { run } from './run.ts';

const questions = [
  { id: 'q1', question: 'What does a bowl cost?', reference: '9 pounds' },
  { id: 'q2', question: 'Who fires the kiln?' },
];

/** The body of a `transform(row)`, or code that has one, over rows of any type. */
async function transformed(
  code: string,
  { rows = questions, ...params }: { rows?: readonly object[]; type?: string; into?: string } = {},
): Promise<readonly object[]> {
  const whole = code.includes('function transform') ? code : `function transform(row) { ${code} }`;
  const typed = rows as readonly Question[];
  return runAll(run, typed, {
    inputs: { rows: rowsInput(typed) },
    params: transform.params.parse({ code: whole, ...params }),
  });
}

it('takes and gives the types that it is told', () => {
  const { inputs, outputs } = shapedType(transform, { type: 'chunks' });
  expect([inputs['rows']?.type, outputs['rows']?.type]).toEqual([Chunks, Chunks]);
  const into = shapedType(transform, { type: 'documents', into: 'questions' });
  expect([into.inputs['rows']?.type, into.outputs['rows']?.type]).toEqual([Documents, Questions]);
  const known = { rows: { passages: true } };
  const facetsOf = (params: object) =>
    transform.facets?.(transform.params.parse(params), known, () => undefined);
  expect(facetsOf({})).toEqual(known);
  expect(facetsOf({ into: 'documents' })).toEqual({ rows: {} });
});

it('gives rows as they are until somebody writes code', async () => {
  expect(await transformed(transform.params.parse({}).code)).toEqual(questions);
});

it('changes rows, leaves them out, and makes several of one', async () => {
  expect(await transformed('row.question += "!"; return row;')).toMatchObject([
    { id: 'q1', question: 'What does a bowl cost?!', reference: '9 pounds' },
    { id: 'q2', question: 'Who fires the kiln?!' },
  ]);
  expect(await transformed('return row.reference ? row : null;')).toEqual([questions[0]]);
  expect(await transformed('return [];')).toEqual([]);
  const several = await transformed(
    'return [{ question: "a" }, { question: "b" }, { id: row.id + "/c", question: "c" }, row];',
    { rows: [{ id: 'q1', question: 'd' }] },
  );
  expect(several).toEqual([
    { id: 'q1', question: 'a' },
    { id: 'q1-2', question: 'b' },
    { id: 'q1/c', question: 'c' },
    { id: 'q1-3', question: 'd' },
  ]);
});

it('makes rows of another type, with and without ids', async () => {
  expect(
    await transformed(
      'return { series: row.id, values: { words: row.question.split(" ").length } };',
      {
        into: 'metrics',
      },
    ),
  ).toEqual([
    { series: 'q1', values: { words: 5 } },
    { series: 'q2', values: { words: 4 } },
  ]);
  const metrics = [{ series: 'why', values: { a: 1 } }];
  const made = 'return { question: row.series };';
  expect(await transformed(made, { rows: metrics, type: 'metrics', into: 'questions' })).toEqual([
    { id: expect.stringMatching(/^[0-9a-f]{16}$/), question: 'why' },
  ]);
});

it('refuses one id for rows of different items, and names both', async () => {
  const same = 'return { id: "all", question: row.question };';
  await expect(transformed(same)).rejects.toMatchObject({
    code: 'bad-row',
    message: expect.stringMatching(/same id "all" for "q1" and for "q2"\. .*row\.id/),
    location: { node: 'node-1', param: 'code' },
  });
  const rows = ['why', 'how'].map((series) => ({ series, values: { a: 1 } }));
  const into = { rows, type: 'metrics', into: 'questions' };
  await expect(transformed('return { id: "all", question: row.series };', into)).rejects.toThrow(
    /same id .* for row 1 and for row 2/,
  );
  // Equal rows are one, as those are whose ids follow from what they say.
  expect(await transformed('return { question: "one for all" };', into)).toHaveLength(2);
});

it.each([
  [
    'return { ...row, question: 7 };',
    /^The row that the code returned for "q1" is not a row of questions: "question": .*string/,
  ],
  [
    'return [row, {}];',
    /^Row 2 that the code returned for "q1" is not a row of questions: "question"/,
  ],
  ['return "x";', /^The row that the code returned for "q1" is not a row of questions: .*object/],
  [
    'return [[row]];',
    /^The row that the code returned for "q1" is not a row of questions: .*object/,
  ],
  ['return { ...row, refernce: "x" };', /has the field "refernce", which questions do not have/],
  ['row.question;', /^The code returned nothing for "q1". Return a row/],
  ['return () => row;', /returned nothing/],
])('refuses what is no row: %s', async (code, message) => {
  await expect(transformed(code)).rejects.toMatchObject({
    code: 'bad-row',
    message: expect.stringMatching(message),
    location: { node: 'node-1', param: 'code' },
  });
});

it.each([
  [
    'function transform(row) {\n  return row.text.trim();\n}',
    /^The code failed at the row "q1" \(line 2, column \d+\): TypeError: /,
  ],
  [
    'throw new Error("no " + row.id);',
    /^The code failed at the row "q1" \(line 1, column \d+\): Error: no q1\.$/,
  ],
  ['throw "plain";', /^The code failed at the row "q1": plain\.$/],
  ['return { a: 1n };', /^The code failed at the row "q1".*: TypeError/],
  [
    'function transform(row) {\n  retrun row;\n}',
    /^The code failed before the first row \(line 2, column \d+\): SyntaxError: /,
  ],
  [
    'const a = missing;\nfunction transform(row) {}',
    /^The code failed before the first row \(line 1, column \d+\): ReferenceError: .*missing/,
  ],
  ['let transform = 3; // no function transform', /^The code has no function transform\. Write/],
  ['return Math.random();', /^The code failed at the row "q1" \(line 1.*Math\.random is left out/],
  ['return new Date();', /^The code failed at the row "q1" \(line 1.*Date is left out/],
  ['return Promise.resolve(row);', /^The code waits for a promise at the row "q1".*Remove async/],
  ['Promise.resolve().then(() => 1); return row;', /^The code waits for a promise/],
  ['async function transform(row) { return row; }', /^The code waits for a promise/],
])('says what is wrong with the code: %j', async (code, message) => {
  await expect(transformed(code)).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringMatching(message),
    location: { node: 'node-1', param: 'code' },
  });
});

it('logs what the code says, up to a limit', async () => {
  const lines: string[] = [];
  const rows = Array.from({ length: 6 }, (_, at) => ({ id: `q${at}`, question: 'Why?' }));
  const code = `function transform(row) {
    console.log('row', { id: row.id }, 1n);
    for (let i = 0; i < 50; i += 1) console.warn('x'.repeat(1000));
    return row;
  }`;
  const ctx = testContext({
    log: (level, message, item) => {
      lines.push(`${level} ${item ?? ''} ${message}`);
    },
  });
  const params = transform.params.parse({ code });
  await runAll(run, rows, { ctx, inputs: { rows: rowsInput(rows) }, params });
  expect(lines[0]).toBe('info q0 row {"id":"q0"} 1');
  expect(lines[1]).toBe(`warning q0 ${'x'.repeat(500)}`);
  expect(lines.filter((line) => line.includes(' q4 '))).toHaveLength(20);
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toMatch(/logged more than 100 lines/);
});

it('logs before it fails, too', async () => {
  const lines: string[] = [];
  const ctx = testContext({ log: (_level, message) => lines.push(message) });
  const params = transform.params.parse({
    code: 'function transform(row) { console.log("here"); return row.a.b; }',
  });
  const inputs = { rows: rowsInput(questions) };
  await expect(runAll(run, questions, { ctx, inputs, params })).rejects.toThrow('TypeError');
  expect(lines).toEqual(['here']);
});

it('does what the examples of its README say', async () => {
  const readme = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');
  const [reworded = '', cleaned = '', asked = ''] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(
    ([, code]) => code ?? '',
  );
  expect(await transformed(reworded)).toMatchObject([
    { question: 'In one short sentence: What does a bowl cost?' },
    {},
  ]);
  const document = { mediaType: 'text/plain', offset: 0, line: 1, metadata: {} };
  const texts = ['Bowls cost nine pounds. [1]', 'Short. [2] [and more of it]'].map((text, at) => ({
    ...{ ...document, id: `${at}.txt`, path: `${at}.txt`, title: 'T', text },
  }));
  expect(await transformed(cleaned, { rows: texts, type: 'documents' })).toEqual([
    { ...texts[0], text: 'Bowls cost nine pounds.' },
  ]);
  const source = {
    ...{ documentId: 'k.md', path: 'k.md', title: 'Kilns', start: 0, end: 1 },
    ...{ firstLine: 1, lastLine: 1 },
  };
  const chunk = { id: 'k.md:0', text: 'x', headings: ['Fire', 'Ash'], source, metadata: {} };
  expect(await transformed(asked, { rows: [chunk], type: 'chunks', into: 'questions' })).toEqual([
    { id: 'k.md:0', question: 'What does Kilns say of "Fire"?', documents: ['k.md'] },
    { id: 'k.md:0-2', question: 'What does Kilns say of "Ash"?', documents: ['k.md'] },
  ]);
});
