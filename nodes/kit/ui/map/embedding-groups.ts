import type { EmbeddingMap } from '@graft/graph';

/** Groups with a colour of their own; the rest form one more. */
const mostGroups = 6;

export interface EmbeddingGroups {
  /** Largest first; points without a colour of their own come last, under `others`. */
  readonly names: readonly string[];
  /** Group number of each point. */
  readonly groupOf: readonly number[];
  readonly counts: readonly number[];
}

/** Groups points by document or, if there are many, by folder. */
export function embeddingGroups({ documents, documentOf }: EmbeddingMap): EmbeddingGroups {
  const few = documents.length <= mostGroups;
  const names = documents.map((path) => (few ? path : folderOf(path)));
  const counts = new Map<string, number>();
  for (const at of documentOf) {
    const name = names[at] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const own = sorted.length <= mostGroups ? sorted : sorted.slice(0, mostGroups);
  const rest = sorted.length - own.length;
  const numbers = new Map(own.map((name, at) => [name, at]));
  const groupOf = documentOf.map((at) => numbers.get(names[at] ?? '') ?? own.length);
  const all = rest === 0 ? own : [...own, rest === 1 ? '1 other' : `${String(rest)} others`];
  return {
    ...{ names: all, groupOf },
    counts: all.map((_, group) => groupOf.filter((own) => own === group).length),
  };
}

/** `handbook/works/`; for a page its site; a file beside the graph stands for itself. */
function folderOf(path: string): string {
  if (/^https?:\/\//.test(path) && URL.canParse(path)) return new URL(path).host;
  const slash = path.lastIndexOf('/');
  return slash === -1 ? path : path.slice(0, slash + 1);
}
