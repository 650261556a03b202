import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const examples = path.resolve(import.meta.dirname, '../../examples');

async function rows<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const text = await readFile(path.join(examples, file), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
}

describe('the sentences of the second language', () => {
  const sentence = z.object({ question: z.string(), reference: z.string() });
  const written = ['learn.jsonl', 'held-out.jsonl', 'new-words.jsonl'];
  const dictionary = () =>
    rows('second-language/dictionary.jsonl', z.object({ title: z.string(), taught: z.boolean() }));
  const stems = ({ question }: { readonly question: string }) =>
    question.split(' ').map((word) => word.replace(/-(?:ri|sha)$/, ''));

  it('are what their script writes', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-sentences-'));
    try {
      for (const name of ['make-sentences.mjs', 'dictionary.jsonl']) {
        await cp(path.join(examples, 'second-language', name), path.join(folder, name));
      }
      await promisify(execFile)(process.execPath, [path.join(folder, 'make-sentences.mjs')]);
      for (const name of written) {
        const own = await readFile(path.join(examples, 'second-language', name), 'utf8');
        expect(await readFile(path.join(folder, name), 'utf8'), name).toBe(own);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
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
