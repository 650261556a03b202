import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  GraphError,
  type ArtifactRef,
  type ArtifactStore,
  type PortType,
  type RowsInput,
  type TreeInput,
} from '@graft/graph';
import { encodeJsonl, parseStored } from './jsonl.ts';
import { type Blocks, checkRow, toBlocks } from './row-blocks.ts';
import { readJson, readRows, rowParser } from './stored-rows.ts';
import { encodeVectors } from './vectors.ts';

/** The file in a tree that describes its contents. */
export const treeInfoFile = 'graft.json';
const treeOutputSchema = z.object({ path: z.string(), info: z.unknown() });

/** Stores what an implementation returned for one output port. */
export async function writeArtifact(
  artifacts: ArtifactStore,
  output: { readonly port: string; readonly type: PortType; readonly value: unknown },
): Promise<ArtifactRef> {
  const { port, type, value } = output;
  try {
    const ref = await writers[type.encoding](artifacts, type, value);
    return type.version === 1 ? ref : { ...ref, schema: type.version };
  } catch (error) {
    throw GraphError.from(error, { port });
  }
}

type Writer = (artifacts: ArtifactStore, type: PortType, value: unknown) => Promise<ArtifactRef>;

const writers: Readonly<Record<PortType['encoding'], Writer>> = {
  async jsonl(artifacts, type, value) {
    let count = 0;
    const headlines: string[] = [];
    const given = withHeadlines(toBlocks(value, type.id), type, headlines);
    const rows = encodeJsonl(type, given, (rows) => (count = rows));
    const stored = await artifacts.put(rows);
    const summary = headlines.length === 0 ? rowsOf(count, type) : headlines.join(' · ');
    return { ...stored, mediaType: type.mediaType, count, summary };
  },
  async vectors(artifacts, type, value) {
    let count = 0;
    let width = 0;
    const rows = encodeVectors(type, toBlocks(value, type.id), (total, dimension) => {
      count = total;
      width = dimension;
    });
    const stored = await artifacts.put(rows);
    const summary = `${count.toLocaleString('en')} × ${width.toLocaleString('en')}`;
    return { ...stored, mediaType: type.mediaType, count, summary };
  },
  async json(artifacts, type, value) {
    const row = checkRow(type, value, 0);
    const stored = await artifacts.put([Buffer.from(JSON.stringify(row))]);
    const summary = type.headline?.(row) ?? firstText(value) ?? type.id;
    return { ...stored, mediaType: type.mediaType, summary };
  },
  async tree(artifacts, type, value) {
    const { path, info } = treeOutputSchema.parse(value);
    const checked = checkRow(type, info, 0);
    await writeFile(join(path, treeInfoFile), JSON.stringify(checked));
    const stored = await artifacts.putTree(path);
    return { ...stored, mediaType: type.mediaType, ...describeTree(checked) };
  },
};

/** Headlines that fit on a node. */
const mostHeadlines = 2;

/** The rows unchanged; collects the headlines of the first that have one. */
async function* withHeadlines(
  blocks: Blocks,
  type: PortType,
  headlines: string[],
): AsyncGenerator<readonly unknown[]> {
  for await (const block of blocks) {
    for (const row of block) {
      if (type.headline === undefined || headlines.length >= mostHeadlines) break;
      const read = type.schema.safeParse(row);
      const headline = read.success ? type.headline(read.data) : undefined;
      if (headline !== undefined) headlines.push(headline);
    }
    yield block;
  }
}

function rowsOf(count: number, { id, unit = id }: PortType): string {
  return counted(count, unit);
}

/** `1 answer`, `9 answers`. */
function counted(count: number, unit: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? unit.replace(/(x|)es$|s$/, '$1') : unit}`;
}

const infoRowsSchema = z.looseObject({ rows: z.number().int().nonnegative() });
function describeTree(info: unknown): Pick<ArtifactRef, 'count' | 'summary'> {
  const rows = infoRowsSchema.safeParse(info);
  if (rows.success) {
    return { count: rows.data.rows, summary: counted(rows.data.rows, 'rows') };
  }
  const id = firstText(info);
  return id === undefined ? {} : { summary: id };
}

const idSchema = z.looseObject({ id: z.string() });
function firstText(value: unknown): string | undefined {
  return idSchema.safeParse(value).data?.id;
}

/** A stored artifact as an implementation takes it. */
export async function readInput(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  type: PortType,
): Promise<unknown> {
  switch (type.encoding) {
    case 'jsonl':
    case 'vectors':
      return rowsInput(artifacts, ref, type);
    case 'json':
      return rowParser(ref, type)(await readJson(artifacts, ref));
    case 'tree': {
      const path = await artifacts.openTree(ref.digest);
      const text = await readFile(join(path, treeInfoFile), 'utf8');
      const info = rowParser(ref, type)(parseStored(text));
      return { digest: ref.digest, info, path } satisfies TreeInput<unknown>;
    }
  }
}

function rowsInput(artifacts: ArtifactStore, ref: ArtifactRef, type: PortType): RowsInput<unknown> {
  const rows = (): AsyncIterable<unknown> => readRows(artifacts, ref, type);
  return {
    digest: ref.digest,
    count: ref.count ?? 0,
    rows,
    async all() {
      const all: unknown[] = [];
      for await (const row of rows()) all.push(row);
      return all;
    },
  };
}
