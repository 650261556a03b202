import { globPattern, type SearchRequest } from '@graft/graph';
import { factOf } from './chunk-batch.ts';

/** The filter as a predicate over the index's columns; undefined when nothing is filtered. */
export function filterSql(filter: SearchRequest['filter']): string | undefined {
  const paths = filter.paths
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')
    .map((glob) => `regexp_like(path, ${literal(`^${globPattern(glob)}$`)})`);
  const facts = Object.entries(filter.metadata).map(
    ([key, value]) => `array_contains(facts, ${literal(factOf(key, value))})`,
  );
  const parts = [...(paths.length === 0 ? [] : [`(${paths.join(' OR ')})`]), ...facts];
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
