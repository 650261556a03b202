import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { GraphError } from '@graft/graph';
import { hasCode, replaceFile, withFileLock } from '@graft/kit';
import type { z } from 'zod';
import { stampOfSync } from './file-stamp.ts';

/** A small JSON file of records by key, validated on read and replaced atomically on write. */
export class RecordFile<Value> {
  readonly #path: string;
  readonly #schema: z.ZodType<Record<string, Value>>;
  readonly #remade: boolean;
  /** What the file held when it had this stamp: it is replaced whole. */
  #last: { readonly stamp: string; readonly records: Record<string, Value> } | undefined;

  /** `remade`: what it holds can be made anew, so that a damaged one is as good as none. */
  constructor(
    path: string,
    schema: z.ZodType<Record<string, Value>>,
    { remade = false }: { readonly remade?: boolean } = {},
  ) {
    this.#path = path;
    this.#schema = schema;
    this.#remade = remade;
  }

  async read(): Promise<Record<string, Value>> {
    const text = await readFile(this.#path, 'utf8').catch(absentAsUndefined);
    return text === undefined ? {} : this.#parse(text);
  }

  /** For look-ups that cannot wait. */
  readSync(): Record<string, Value> {
    const stamp = stampOfSync(this.#path);
    if (stamp === undefined) return {};
    if (this.#last?.stamp === stamp) return this.#last.records;
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      absentAsUndefined(error);
      return {};
    }
    const records = this.#parse(text);
    // Replaced meanwhile, it is read again.
    if (stampOfSync(this.#path) === stamp) this.#last = { stamp, records };
    return records;
  }

  /** One change at a time, also of other processes: each sees the one before. */
  async update(change: (records: Record<string, Value>) => Record<string, Value>): Promise<void> {
    await withFileLock(`${this.#path}.lock`, {}, async () => {
      const records = change(await this.read());
      await replaceFile(this.#path, `${JSON.stringify(records, undefined, 2)}\n`);
    });
  }

  #parse(text: string): Record<string, Value> {
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      if (this.#remade) return {};
      throw new GraphError(
        'bad-model',
        `${this.#path} is damaged; repair it, or delete it and import your models again`,
        { cause, location: { file: this.#path }, audience: 'operator' },
      );
    }
  }
}

function absentAsUndefined(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}
