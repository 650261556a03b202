import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { GraphError } from '@graft/graph';
import type { z } from 'zod';

/** A small JSON file of records by key, validated on read and replaced atomically on write. */
export class RecordFile<Value> {
  readonly #path: string;
  readonly #schema: z.ZodType<Record<string, Value>>;

  constructor(path: string, schema: z.ZodType<Record<string, Value>>) {
    this.#path = path;
    this.#schema = schema;
  }

  async read(): Promise<Record<string, Value>> {
    const text = await readFile(this.#path, 'utf8').catch(absentAsUndefined);
    return text === undefined ? {} : this.#parse(text);
  }

  /** For look-ups that cannot wait. */
  readSync(): Record<string, Value> {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      absentAsUndefined(error);
      return {};
    }
    return this.#parse(text);
  }

  /** Callers hold a lock where two processes may write: the last writer wins otherwise. */
  async update(change: (records: Record<string, Value>) => Record<string, Value>): Promise<void> {
    const records = change(await this.read());
    await mkdir(dirname(this.#path), { recursive: true });
    const draft = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(draft, `${JSON.stringify(records, undefined, 2)}\n`);
      await rename(draft, this.#path);
    } finally {
      await rm(draft, { force: true });
    }
  }

  #parse(text: string): Record<string, Value> {
    try {
      return this.#schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new GraphError(
        'bad-model',
        `${this.#path} is damaged; repair it or delete it (models are then imported or pinned anew)`,
        { cause, location: { file: this.#path }, audience: 'operator' },
      );
    }
  }
}

function absentAsUndefined(error: unknown): undefined {
  if (isErrno(error, 'ENOENT')) return undefined;
  throw error;
}

/** Whether a thrown value is a system error of this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
