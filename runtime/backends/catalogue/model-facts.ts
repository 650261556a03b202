import { createHash } from 'node:crypto';
import {
  canonicalJson,
  plainLayout,
  sameJson,
  type ModelEntry,
  type ModelFacts,
} from '@graft/graph';

/** What definitions may know of the model. */
export function factsOf(entry: ModelEntry): ModelFacts {
  return {
    id: entry.id,
    title: entry.title,
    kind: entry.kind,
    digest: modelDigest(entry),
    architecture: entry.architecture,
    format: entry.format,
    dtype: entry.dtype,
    ...(entry.dimension === undefined ? {} : { dimension: entry.dimension }),
    ...(entry.embedding === undefined ? {} : { embedding: entry.embedding }),
    contextLength: entry.contextLength,
    ...(entry.parameters === 0 ? {} : { parameters: entry.parameters }),
    size: entry.files.reduce((sum, file) => sum + file.size, 0),
    ...sourceOf(entry),
    ...(entry.files.every(({ digest }) => digest !== undefined) ? {} : { unpinned: true }),
  };
}

/**
 * The first source of the largest file, as it may stand in a graph that others get: a path of this machine without its
 * folders, an address without a person's name, password or query.
 */
function sourceOf({ files }: ModelEntry): Pick<ModelFacts, 'source'> {
  const [largest] = [...files].sort((a, b) => b.size - a.size);
  const source = largest?.sources[0];
  // The name of a model of another tool says it already.
  if (source === undefined || /^(ollama|lmstudio):/.test(source)) return {};
  const local = /^(converted:)?file:/.exec(source);
  if (local !== null) return { source: `${local[0]}${source.replace(/^.*[/\\]/, '')}` };
  if (!/^https?:/.test(source)) return { source };
  if (!URL.canParse(source)) return {};
  const { origin, pathname } = new URL(source);
  return { source: `${origin}${pathname}` };
}

/**
 * sha256 over the files' paths and digests, sorted by path. A file not pinned yet counts by its sources, so
 * that the digest changes once, when it has been downloaded for the first time. An embedder's layout counts unless it
 * is the plain one, which earlier entries do not state.
 */
export function modelDigest(entry: ModelEntry): string {
  const hash = createHash('sha256');
  const files = [...entry.files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const { path, digest, sources } of files) {
    hash.update(`${path}\0${digest ?? `unpinned ${sources.join(' ')}`}\n`);
  }
  const { embedding = plainLayout } = entry;
  if (!sameJson(embedding, plainLayout)) hash.update(`embedding\0${canonicalJson(embedding)}\n`);
  return hash.digest('hex');
}

/** The digests of a model's files, as far as they are known. */
export const digestsOf = (entry: ModelEntry | undefined): readonly string[] =>
  entry?.files.flatMap(({ digest }) => digest ?? []) ?? [];
