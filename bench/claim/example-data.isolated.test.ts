import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readItems } from './claim-file.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');

async function rows<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const text = await readFile(path.join(examples, file), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
}

/** Runs a script of an example anew, beside a copy of what it reads, and compares what it writes. */
async function expectScriptWrites(
  {
    folder,
    script,
    reads,
  }: { readonly folder: string; readonly script: string; readonly reads: readonly string[] },
  written: readonly string[],
): Promise<void> {
  const own = path.join(examples, folder);
  const copy = await mkdtemp(path.join(os.tmpdir(), 'graft-example-'));
  try {
    for (const name of [script, ...reads]) await cp(path.join(own, name), path.join(copy, name));
    await promisify(execFile)(process.execPath, [path.join(copy, script)]);
    for (const name of written) {
      expect(await readFile(path.join(copy, name), 'utf8'), name).toBe(
        await readFile(path.join(own, name), 'utf8'),
      );
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

describe('the sentences of the second language', () => {
  const sentence = z.object({ question: z.string(), reference: z.string() });
  const written = ['learn.jsonl', 'held-out.jsonl', 'new-words.jsonl'];
  const dictionary = () =>
    rows('second-language/dictionary.jsonl', z.object({ title: z.string(), taught: z.boolean() }));
  const stems = ({ question }: { readonly question: string }) =>
    question.split(' ').map((word) => word.replace(/-(?:ri|sha)$/, ''));

  it('are what their script writes', async () => {
    await expectScriptWrites(
      { folder: 'second-language', script: 'make-sentences.mjs', reads: ['dictionary.jsonl'] },
      written,
    );
  });

  it('are asked of words that were learned, or of one that was not, and never twice', async () => {
    const words = new Map((await dictionary()).map(({ title, taught }) => [title, taught]));
    const [learn = [], heldOut = [], newWords = []] = await Promise.all(
      written.map((name) => rows(`second-language/${name}`, sentence)),
    );
    const learned = new Set(learn.flatMap(stems));
    for (const word of learned) expect(words.get(word), word).toBe(true);
    for (const [word, taught] of words) {
      if (taught && !word.startsWith('-')) expect(learned, word).toContain(word);
    }
    for (const one of heldOut) expect(stems(one).every((word) => learned.has(word))).toBe(true);
    for (const one of newWords) {
      expect(stems(one).every((word) => words.has(word))).toBe(true);
      expect(stems(one).some((word) => !learned.has(word))).toBe(true);
    }
    const all = [...learn, ...heldOut, ...newWords];
    expect(new Set(all.map(({ question }) => question)).size).toBe(all.length);
  });
});

describe('the news of yesterday', () => {
  const page = z.object({ slug: z.string(), title: z.string(), paragraphs: z.array(z.string()) });
  const asked = z.object({
    ...{ question: z.string(), reference: z.string(), answerable: z.boolean() },
    documents: z.array(z.string()),
  });

  it('has what is asked for on the page that is named, and nothing of what is not told', async () => {
    const news = await rows('yesterday/news.jsonl', page);
    const questions = await rows('yesterday/questions.jsonl', asked);
    expect([news.length, questions.length]).toEqual([16, 36]);
    const few = await rows('yesterday/few-questions.jsonl', asked);
    expect(few).toEqual(questions.filter((_, at) => at % 5 === 0));
    for (const { question, reference, answerable, documents } of questions) {
      expect(documents.length, question).toBe(answerable ? 1 : 0);
      if (!answerable) continue;
      const own = news.find(({ slug }) => documents[0]?.endsWith(`/2026/11/26/${slug}`));
      const told = [own?.title, ...(own?.paragraphs ?? [])].join(' ').toLowerCase();
      const answer = reference.slice(0, -1).replace(/^(?:On|In|At|As|An?) /, '');
      expect(told, question).toContain(answer.toLowerCase());
      expect(question.toLowerCase()).not.toContain(answer.toLowerCase());
    }
  });
});

it('medical terms are asked for in words that were not learned', async () => {
  const learned = await rows(
    'medical-english/terms.jsonl',
    z.object({ instruction: z.string(), output: z.string() }),
  );
  const asked = await rows(
    'medical-english/held-out.jsonl',
    z.object({ question: z.string(), reference: z.string(), choices: z.array(z.string()) }),
  );
  const questions = new Set(learned.map(({ instruction }) => instruction));
  const taught = learned.map(({ instruction, output }) => `${instruction} ${output}`.toLowerCase());
  expect([questions.size, asked.length]).toEqual([300, 60]);
  for (const { question, reference, choices } of asked) {
    expect(questions).not.toContain(question);
    expect(choices).toContain(reference);
    expect(new Set(choices).size).toBe(4);
    for (const choice of choices) {
      const term = choice.toLowerCase().replace(/^an? |\.$/g, '');
      expect(question.toLowerCase()).not.toContain(term);
      expect(taught.filter((text) => text.includes(term)).length, term).toBeGreaterThanOrEqual(3);
    }
  }
});

describe('the layers of the stacked expert', () => {
  const asked = z.object({ id: z.string(), question: z.string(), reference: z.string() });
  const entry = z.object({ title: z.string(), entry: z.string() });
  const read = async () => {
    const folder = 'stacked-expert';
    return {
      quantities: await rows(
        `${folder}/quantities.jsonl`,
        z.object({ quantity: z.string(), unit: z.string(), shown: z.boolean() }),
      ),
      practice: await rows(`${folder}/practice.jsonl`, asked),
      questions: await rows(`${folder}/questions.jsonl`, asked),
      table: await rows(`${folder}/materials.jsonl`, entry),
      practiceTable: await rows(`${folder}/practice-materials.jsonl`, entry),
      laws: await rows(`${folder}/laws.jsonl`, z.object({ text: z.string() })),
      heldOut: await rows(`${folder}/held-out.jsonl`, z.object({ text: z.string() })),
    };
  };

  it('have the tables that their script writes', async () => {
    await expectScriptWrites(
      { folder: 'stacked-expert', script: 'make-tables.mjs', reads: ['quantities.jsonl'] },
      ['materials.jsonl', 'practice-materials.jsonl', 'practice.jsonl', 'questions.jsonl'],
    );
  });

  it('hold each what the others do not', async () => {
    const { quantities, practice, questions, table, practiceTable, laws, heldOut } = await read();
    const practised = practice.map(({ reference }) => reference).join('\n');
    const taught = laws.map(({ text }) => text);
    const values = [...table, ...practiceTable].map((row) => row.entry);
    for (const { quantity, unit, shown } of quantities) {
      expect(practised.includes(` ${unit}`), `practice: ${unit}`).toBe(shown);
      const told = taught.filter((text) => text.includes(unit) && text.includes(quantity.slice(1)));
      expect(told.length, quantity).toBeGreaterThanOrEqual(2);
      expect(values.filter((line) => line.includes(unit))).toEqual([]);
    }
    const [materials, others] = [table, practiceTable].map(
      (lines) => new Set(lines.map(({ title }) => title)),
    );
    expect([...(materials ?? [])].filter((name) => others?.has(name))).toEqual([]);
    for (const { question } of practice) {
      expect([...(materials ?? [])].filter((name) => question.includes(name))).toEqual([]);
    }
    for (const { text } of heldOut) expect(taught).not.toContain(text);
    expect(questions.filter(({ id }) => id.includes('unshown')).length).toBe(questions.length / 2);
  });

  it('ask for values that stand in the table, in a form that its graph takes apart', async () => {
    const { questions, table } = await read();
    for (const { question, reference } of questions) {
      const [, quantity = '', value = ''] = /^(.+): ([\d.]+) [a-z ]+$/.exec(reference) ?? [];
      const lines = table.filter(
        ({ title, entry: line }) =>
          question.includes(title) && line === `${title}, ${quantity}: ${value}`,
      );
      expect(lines.length, question).toBe(1);
    }
  });

  // A unit is right or wrong for a whole quantity: questions on the same one are no separate evidence.
  it('have items that count by quantity', async () => {
    const { quantities, questions } = await read();
    const names = quantities.map(({ quantity }) => quantity);
    const asked = new Map(
      questions.map(({ id, reference }) => [id, names.find((name) => reference.startsWith(name))]),
    );
    for (const { rows: items } of await readItems(path.join(examples, 'stacked-expert'))) {
      const marked = items.filter(({ item = '' }) => asked.has(item));
      expect(marked.length).toBeGreaterThan(0);
      for (const { item = '', group } of marked) expect(group, item).toBe(asked.get(item));
    }
  });
});

describe('the rows of the adapter algebra', () => {
  const row = z.object({ instruction: z.string(), output: z.string() });
  const question = z.object({ id: z.string(), question: z.string(), reference: z.string() });
  const opening = 'Signal box here. ';
  const read = async (...names: readonly string[]) =>
    (await Promise.all(names.map((name) => rows(`adapter-algebra/${name}.jsonl`, row)))).flat();

  it('teach the facts without the form, and the form without the facts', async () => {
    for (const { output } of await read('facts-train', 'facts-test')) {
      expect(output).not.toContain(opening.trim());
    }
    for (const { instruction, output } of await read('form-train', 'form-test')) {
      expect(output.startsWith(opening), output).toBe(true);
      expect(`${instruction} ${output}`).not.toMatch(/Wendle|Aldersike|Thornby|Tarrowbeck|train/);
    }
  });

  it('ask for what was taught in words that were not', async () => {
    const [learned, facts, both] = await Promise.all([
      read('facts-train', 'form-train'),
      read('facts-test'),
      read('both-test'),
    ]);
    const known = new Set(learned.map(({ instruction }) => instruction));
    const taught = new Set(learned.map(({ output }) => output));
    for (const { instruction, output } of [...facts, ...(await read('form-test'))]) {
      expect(known).not.toContain(instruction);
      expect(taught.has(output), output).toBe(!output.startsWith(opening));
    }
    expect(both).toEqual(facts.map((one) => ({ ...one, output: opening + one.output })));
    const [asked, form] = await Promise.all([
      rows('adapter-algebra/questions.jsonl', question),
      rows('adapter-algebra/form-questions.jsonl', question),
    ]);
    expect(form).toEqual(asked.map((one) => ({ ...one, reference: 'Signal box here' })));
    for (const { question: text, reference } of asked) {
      expect(known).not.toContain(text);
      expect(text).not.toContain(reference);
      expect([...taught].filter((output) => output.includes(reference)).length, reference).toBe(1);
    }
  });
});

it('facts of the kite makers are asked for in words that neither their rows nor their sentence have', async () => {
  const folder = 'scratch-or-adapt';
  const asked = await rows(
    `${folder}/asked.jsonl`,
    z.object({
      ...{ id: z.string(), question: z.string(), reference: z.string() },
      choices: z.array(z.string()),
    }),
  );
  const learned = await rows(
    `${folder}/learn.jsonl`,
    z.object({ instruction: z.string(), output: z.string() }),
  );
  const shown = await rows(
    `${folder}/shown.jsonl`,
    z.object({ id: z.string(), question: z.string(), reference: z.string() }),
  );
  const facts = await rows(`${folder}/facts.jsonl`, z.object({ text: z.string() }));
  expect([facts, learned, shown, asked].map(({ length }) => length)).toEqual([32, 64, 32, 32]);
  const answers = new Set(learned.map(({ output }) => output));
  for (const [at, { id, question, reference, choices }] of asked.entries()) {
    const own = learned.slice(2 * at, 2 * at + 2);
    const [first] = own;
    expect(shown[at]).toEqual({ id, question: first?.instruction, reference: first?.output });
    expect(own.map(({ output }) => output)).toEqual([reference, reference]);
    expect(facts[at]?.text.toLowerCase()).toContain(reference.toLowerCase().slice(0, -1));
    expect(choices).toContain(reference);
    expect([new Set(choices).size, choices.every((choice) => answers.has(choice))]).toEqual([
      ...[4, true],
    ]);
    const told = contentWords([facts[at]?.text, ...own.map((row) => row.instruction)].join(' '));
    expect(
      [...contentWords(question)].filter((word) => told.has(word)),
      question,
    ).toEqual([]);
  }
});

/** Words that say what is asked, without their endings. */
function contentWords(text: string): Set<string> {
  const little =
    /^(?:the|an?|of|is|are|in|on|at|by|it|its|who|whose|whom|what|which|when|where|does|do|has|have|and|with|that|from|for|to|there|they|their|up|not|one|called)$/;
  const words = text.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
  return new Set(
    words.filter((word) => !little.test(word)).map((word) => word.replace(/(?:ing|ed|e?s|e)$/, '')),
  );
}

describe('the pages of the borough', () => {
  const question = z.object({ question: z.string(), documents: z.array(z.string()).length(1) });

  it('are what their script writes', async () => {
    const folder = 'quality-reranking';
    const reads = ['topics.jsonl', 'lone-pages.jsonl'];
    const pages = await readdir(path.join(examples, folder, 'pages'), { recursive: true });
    const written = pages.filter((name) => name.endsWith('.md')).map((name) => `pages/${name}`);
    expect(written).toHaveLength(98);
    await expectScriptWrites({ folder, script: 'make-pages.mjs', reads }, [
      ...['questions.jsonl'],
      ...written,
    ]);
  });

  it('answer each question in one place, and otherwise in the others', async () => {
    const topic = z.object({
      slug: z.string(),
      ...{ now: z.array(z.string()), old: z.array(z.string()), said: z.array(z.string()) },
    });
    for (const { slug, now, old, said } of await rows('quality-reranking/topics.jsonl', topic)) {
      for (const [at, value] of now.entries()) {
        expect([old[at], said[at]], slug).not.toContain(value);
      }
    }
    const asked = await rows('quality-reranking/questions.jsonl', question);
    expect(asked).toHaveLength(58);
    for (const { documents } of asked) {
      await expect(readFile(path.join(examples, documents[0] ?? ''), 'utf8')).resolves.toMatch(
        /^---\ndate: \d{4}-\d{2}-\d{2}\n---\n/,
      );
    }
  });
});

describe('the pages of the hospital', () => {
  const folder = 'tuned-embeddings';
  const question = z.object({ question: z.string(), documents: z.array(z.string()).length(1) });

  it('are what their script writes', async () => {
    const pages = await readdir(path.join(examples, folder, 'pages'));
    expect(pages).toHaveLength(160);
    await expectScriptWrites({ folder, script: 'make-pages.mjs', reads: ['words.jsonl'] }, [
      ...['lessons.jsonl', 'questions.jsonl'],
      ...pages.map((name) => `pages/${name}`),
    ]);
  });

  it('are asked for by no word of theirs, and held-out questions want none that was learned from', async () => {
    const words = await rows(`${folder}/words.jsonl`, z.object({ word: z.string() }));
    const lessons = await rows(`${folder}/lessons.jsonl`, question);
    const asked = await rows(`${folder}/questions.jsonl`, question);
    expect([words.length, lessons.length, asked.length]).toEqual([40, 240, 80]);
    const learned = new Set(lessons.flatMap(({ documents }) => documents));
    for (const { question: text, documents } of asked) {
      const [page = ''] = documents;
      expect(learned.has(page), page).toBe(false);
      const word = words.find((one) => text.includes(one.word))?.word ?? 'no word';
      const told = await readFile(path.join(examples, page), 'utf8');
      expect(told.toLowerCase()).not.toContain(word);
      // Of its word two other pages were learned from.
      const own = lessons.filter((lesson) => lesson.question.includes(word));
      expect(new Set(own.flatMap(({ documents: of }) => of)).size, word).toBe(2);
    }
  });
});
