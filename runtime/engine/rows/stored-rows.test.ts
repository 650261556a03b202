import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { portType, portTypes, type PortType } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { writeArtifact } from './artifact-codec.ts';
import { ArtifactRows } from './artifact-rows.ts';
import { readRows } from './stored-rows.ts';

const common = { id: 'words', family: 'sources', shape: 'items', encoding: 'jsonl' } as const;
const first: PortType = portType({
  ...{ ...common, mediaType: 'application/x-words', doc: 'Words.' },
  schema: z.object({ id: z.string(), word: z.string() }),
});
const second: PortType = portType({
  ...{ ...common, mediaType: 'application/x-words', doc: 'Words.' },
  version: 2,
  schema: z.object({ id: z.string(), text: z.string() }),
  migrations: [
    {
      from: 1,
      name: 'a word is a text',
      row: (row) => {
        const { id, word } = z.object({ id: z.string(), word: z.string() }).parse(row);
        return { id, text: word };
      },
    },
  ],
});

const artifacts = new MemoryArtifactStore();
const write = (type: PortType, value: readonly object[]) =>
  writeArtifact(artifacts, { port: 'out', type, value });
async function read(ref: Awaited<ReturnType<typeof write>>, type: PortType): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readRows(artifacts, ref, type)) rows.push(row);
  return rows;
}

describe('stored rows', () => {
  it('of an older version are migrated, and of the same one given as they are', async () => {
    const old = await write(first, [{ id: 'a', word: 'kiln' }]);
    const now = await write(second, [{ id: 'a', text: 'kiln' }]);
    expect(await read(old, second)).toEqual([{ id: 'a', text: 'kiln' }]);
    expect(await read(now, second)).toEqual([{ id: 'a', text: 'kiln' }]);
    expect(now.schema).toBe(2);
  });

  it('of a newer version are refused, and why is said', async () => {
    const now = await write(second, [{ id: 'a', text: 'kiln' }]);
    await expect(read(now, first)).rejects.toMatchObject({
      code: 'newer-format',
      message: expect.stringContaining('have version 2; this Graft reads up to version 1'),
    });
  });

  it('that do not fit their type are damaged, also where their bytes are not', async () => {
    const { digest, size } = await artifacts.put([Buffer.from('{"id":"a","word":3}\n')]);
    const ref = { digest, size, mediaType: 'application/x-words', count: 1 };
    await expect(read(ref, first)).rejects.toMatchObject({
      code: 'store-damaged',
      message: expect.stringContaining('Row 1 of the stored words'),
    });
  });

  it('of a newer version are refused by pages too', async () => {
    const { digest, size } = await artifacts.put([Buffer.from('{"id":"a","question":"?"}\n')]);
    const { mediaType, version } = portTypes['questions'] ?? { mediaType: '', version: 0 };
    const ref = { digest, size, mediaType, count: 1, schema: version + 1 };
    await expect(new ArtifactRows(artifacts).page(ref, 0, 1)).rejects.toMatchObject({
      code: 'newer-format',
    });
  });
});

it('every port type has migrations from 1 on, without a gap', () => {
  for (const { version, migrations } of Object.values(portTypes)) {
    expect(migrations.map(({ from }) => from)).toEqual(
      Array.from({ length: version - 1 }, (_, at) => at + 1),
    );
  }
});
