import { globMatcher, type Hit, type ParamsOf } from '@graft/graph';
import type { rerank } from './node.ts';

export interface LoneGlobs {
  see(hits: readonly Hit[]): void;
  /** What is to be said of the globs that none of the hits seen was of; undefined where there are none. */
  note(): string | undefined;
}

/** Looks out for globs of `trust` that match nothing, as one does that was meant for another folder. */
export function loneGlobs({
  trust,
  trustWeight,
  quality,
}: Pick<ParamsOf<typeof rerank>, 'trust' | 'trustWeight' | 'quality'>): LoneGlobs {
  const counts = quality > 0 && trustWeight > 0;
  const left = new Map((counts ? Object.keys(trust) : []).map((glob) => [glob, globMatcher(glob)]));
  let seen: string | undefined;
  return {
    see(hits) {
      if (left.size === 0) return;
      for (const { chunk } of hits) {
        seen ??= chunk.source.path;
        for (const [glob, matches] of left) if (matches(chunk.source.path)) left.delete(glob);
      }
    },
    note() {
      if (left.size === 0 || seen === undefined) return undefined;
      const globs = [...left.keys()].map((glob) => `“${glob}”`).join(', ');
      return `No hit matches ${globs} of Trusted. Paths look like “${seen}”; “**/archive/**” matches that folder anywhere.`;
    },
  };
}
