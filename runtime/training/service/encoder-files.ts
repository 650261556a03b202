import { GraphError } from '@graft/graph';
import { hasCode } from '@graft/kit';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const configFile = 'config.json';
const tokenizerFiles = ['tokenizer.json', 'tokenizer_config.json'] as const;
/** Not every tokenizer has them. */
const furtherFiles = ['special_tokens_map.json', 'vocab.txt'] as const;

/**
 * Copies the files that an encoder needs beside its weights: its config, with `changes`, and its tokenizer. Creates new
 * files, so that the permissions of a read-only model do not carry over. Throws `bad-model` if some are missing, and
 * other errors of the file system.
 */
export async function writeBeside(
  from: string,
  to: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const write = (name: string, content: string | Buffer): Promise<void> =>
    writeFile(path.join(to, name), content);
  const config = await needed(from, configFile);
  await write(configFile, Object.keys(changes).length === 0 ? config : changed(config, changes));
  for (const name of tokenizerFiles) await write(name, await needed(from, name));
  for (const name of furtherFiles) {
    const content = await ifThere(path.join(from, name));
    if (content !== undefined) await write(name, content);
  }
}

function changed(config: Buffer, changes: Readonly<Record<string, unknown>>): string {
  const before: unknown = JSON.parse(config.toString('utf8'));
  return `${JSON.stringify({ ...Object(before), ...changes }, undefined, 2)}\n`;
}

async function needed(folder: string, name: string): Promise<Buffer> {
  const file = path.join(folder, name);
  const content = await ifThere(file);
  if (content !== undefined) return content;
  throw new GraphError(
    'bad-model',
    `${folder} lacks ${name}, which a model trained from it needs; get the model's files again`,
    { location: { file } },
  );
}

async function ifThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
