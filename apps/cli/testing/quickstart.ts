import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { graft } from './graft-command.ts';
import { temporaryFolder } from './graft-process.ts';

const examples = path.resolve(import.meta.dirname, '../../../examples');
const file = 'rag-quickstart.graft.json';
/** The questions that the file opens with: those that the small model can answer. */
export const answerable = 8;

/** The quickstart example in a workspace of its own. */
export class Quickstart implements AsyncDisposable {
  readonly folder: string;
  readonly #asked: number;

  private constructor(folder: string, asked: number) {
    this.folder = folder;
    this.#asked = asked;
  }

  /** To ask so many of the first questions. */
  static async open(asked: number): Promise<Quickstart> {
    const folder = await temporaryFolder();
    await cp(examples, folder, {
      recursive: true,
      filter: (from) => path.basename(from) !== '.graft',
    });
    return new Quickstart(folder, asked);
  }

  /** Asks the first questions with these settings, and gives the ids of those that are answered correctly. */
  async rightWith(...settings: readonly string[]): Promise<string[]> {
    const out = path.join(this.folder, 'out');
    const set = [`questions.limit=${String(this.#asked)}`, ...settings].flatMap((setting) => [
      '--set',
      setting,
    ]);
    const run = await graft(['run', file, '--out', out, ...set], { cwd: this.folder });
    expect(run).toMatchObject({ code: 0 });
    const text = await readFile(path.join(out, 'evaluate.metrics.jsonl'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line): { item?: string; values: { accuracy?: number } } => JSON.parse(line))
      .flatMap(({ item, values }) => (item !== undefined && values.accuracy === 1 ? [item] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
