import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { seededRandom } from '../report/random.ts';

/** Tokens of the texts of a batch: of its questions, and of their passages, then of their first negatives and so on. */
export interface BatchLengths {
  readonly questions: readonly number[];
  readonly columns: readonly (readonly number[])[];
}

export interface BatchSizes {
  readonly pairs: number;
  readonly negatives: number;
}

/** Every text as long as every other one of its kind. */
export function evenBatch(
  { pairs, negatives }: BatchSizes,
  { question, passage }: { readonly question: number; readonly passage: number },
): BatchLengths {
  const column = new Array<number>(pairs).fill(passage);
  return {
    questions: new Array<number>(pairs).fill(question),
    columns: Array.from({ length: 1 + negatives }, () => column),
  };
}

/** Batches of texts as long as the questions and the paragraphs of the examples are. */
export async function writtenBatches(
  count: number,
  { pairs, negatives }: BatchSizes,
): Promise<BatchLengths[]> {
  const { questions, paragraphs } = await writtenLengths();
  const random = seededRandom(1);
  const some = (lengths: readonly number[]): number[] =>
    Array.from({ length: pairs }, () => lengths[Math.floor(random() * lengths.length)] ?? 1);
  return Array.from({ length: count }, () => ({
    questions: some(questions),
    columns: Array.from({ length: 1 + negatives }, () => some(paragraphs)),
  }));
}

/** English has a token in about four and a half characters, and two mark the ends of a text. */
const tokensIn = (text: string): number => Math.min(128, 2 + Math.ceil(text.length / 4.5));

async function writtenLengths(): Promise<{ questions: number[]; paragraphs: number[] }> {
  const examples = path.join(import.meta.dirname, '../../examples');
  const [questions, paragraphs]: [number[], number[]] = [[], []];
  for (const name of (await readdir(examples, { recursive: true })).sort()) {
    if (!/\.(md|jsonl)$/.test(name)) continue;
    const text = await readFile(path.join(examples, name), 'utf8');
    if (name.endsWith('.md')) {
      for (const paragraph of text.split(/\n\s*\n/)) {
        if (/^\w/.test(paragraph) && paragraph.length >= 60) paragraphs.push(tokensIn(paragraph));
      }
    } else {
      for (const [, question = ''] of text.matchAll(/"question":\s*"([^"]+)"/g)) {
        questions.push(tokensIn(question));
      }
    }
  }
  if (questions.length === 0 || paragraphs.length === 0) {
    throw new Error(`No question or no paragraph in ${examples}.`);
  }
  return {
    questions: questions.sort((a, b) => a - b),
    paragraphs: paragraphs.sort((a, b) => a - b),
  };
}
