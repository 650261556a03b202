import {
  GraphError,
  portTypes,
  type ArtifactRef,
  type ArtifactStore,
  type PortType,
} from '@graft/graph';
import { decodeJsonl, parseStored } from './jsonl.ts';
import { eachRow } from './row-blocks.ts';
import { decodeVectors } from './vectors.ts';

/** The port type that wrote an artifact. Throws `bad-input` if no port type did. */
export function portTypeOf(ref: ArtifactRef): PortType {
  const type = Object.values(portTypes).find(({ mediaType }) => mediaType === ref.mediaType);
  if (type !== undefined) return type;
  throw new GraphError('bad-input', `Graft cannot show artifacts of type ${ref.mediaType}.`);
}

/**
 * All rows of a stored artifact, streamed, in the current version of the type. Damaged bytes and rows that do not fit
 * throw `store-damaged` before the end; rows of a newer type throw `newer-format`.
 */
export function readRows(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
  type: PortType,
): AsyncIterable<unknown> {
  return eachRow(readBlocks(artifacts, ref, type));
}

/** As `readRows`, several rows at a time. */
export async function* readBlocks(
  artifacts: Pick<ArtifactStore, 'get'>,
  ref: ArtifactRef,
  type: PortType,
): AsyncGenerator<readonly unknown[]> {
  const parse = rowParser(ref, type);
  for await (const block of storedBlocks(artifacts, ref, type)) yield block.map(parse);
}

/** The rows as they are stored, several at a time. */
export function storedBlocks(
  artifacts: Pick<ArtifactStore, 'get'>,
  ref: ArtifactRef,
  type: PortType,
): AsyncIterable<object[]> {
  const decode = type.encoding === 'vectors' ? decodeVectors : decodeJsonl;
  return verified(artifacts.get(ref.digest), decode);
}

/** The value of a stored JSON artifact. */
export async function readJson(artifacts: ArtifactStore, ref: ArtifactRef): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifacts.get(ref.digest)) chunks.push(chunk);
  return parseStored(Buffer.concat(chunks).toString('utf8'));
}

/**
 * Returns a function that migrates a stored row to the current version of its type and checks it: the digest only
 * vouches for what an earlier Graft accepted. That function throws `store-damaged` for a row that does not fit. Throws
 * `newer-format` for rows of a newer version.
 */
export function rowParser(ref: ArtifactRef, type: PortType): (row: unknown) => unknown {
  const written = ref.schema ?? 1;
  if (written > type.version) {
    throw new GraphError(
      'newer-format',
      `A newer Graft wrote these ${type.id}: their rows have version ${String(written)}; this Graft reads up to version ${String(type.version)}. Update Graft.`,
    );
  }
  const migrations = type.migrations.filter(({ from }) => from >= written);
  let parsed = 0;
  return (row) => {
    parsed += 1;
    const current = migrations.reduce((value, migration) => migration.row(value), row);
    const { success, data, error } = type.schema.safeParse(current);
    if (success) return data;
    const issue = error.issues[0];
    throw new GraphError(
      'store-damaged',
      `Row ${String(parsed)} of the stored ${type.id} is invalid (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}). Run the step again.`,
      { audience: 'operator' },
    );
  };
}

/**
 * Decodes a stream that the store verifies at its end. If the decoder stops early or fails on damaged bytes, the rest is
 * read first, so that `store-damaged` wins over a parse error.
 */
export async function* verified<Row>(
  bytes: AsyncIterable<Uint8Array>,
  decode: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Row>,
): AsyncIterable<Row> {
  const iterator = bytes[Symbol.asyncIterator]();
  let done = false;
  // No `return`: the decoder must not end the stream before it was verified.
  const pull: AsyncIterator<Uint8Array> = {
    async next() {
      const result = await iterator.next();
      done ||= result.done === true;
      return result;
    },
  };
  let abandoned = true;
  try {
    yield* decode({ [Symbol.asyncIterator]: () => pull });
    while (!done) await pull.next();
    abandoned = false;
  } catch (error) {
    abandoned = false;
    const isOfDecoder = !(error instanceof GraphError) || error.cause instanceof SyntaxError;
    if (isOfDecoder) while (!done) await pull.next();
    throw error;
  } finally {
    if (abandoned) await iterator.return?.();
  }
}

/** Reads all of an artifact whose rows cannot be parsed; if it is damaged, throws `store-damaged` and the store discards it. */
export async function verifyWhole(artifacts: ArtifactStore, ref: ArtifactRef): Promise<void> {
  for await (const _ of artifacts.get(ref.digest));
}
