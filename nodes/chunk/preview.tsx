import { type Chunk, chunkSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import {
  fittingRows,
  numberAt,
  originOf,
  OriginIcon,
  Pager,
  placeLabel,
  plural,
  type PreviewProps,
  RawRow,
} from '../kit/ui/index.ts';
import { coveredText } from './covered-text.ts';

interface NumberedChunk {
  readonly chunk: Chunk;
  /** Index among all rows, from 0. */
  readonly number: number;
}

/** Chunks over the text of their documents, each tinted, overlaps in another tint. */
export function preview(props: PreviewProps): ReactNode {
  const { rows, first = 0, numbers, went, loading, loadBefore } = props;
  const documents = new Map<string, NumberedChunk[]>();
  const raw: unknown[] = [];
  for (const [at, row] of fittingRows(rows, chunkSchema).entries()) {
    if (!row.fits) raw.push(row.raw);
    else {
      const { documentId } = row.value.source;
      const chunks = documents.get(documentId) ?? [];
      chunks.push({ chunk: row.value, number: numberAt(numbers, first + at) });
      documents.set(documentId, chunks);
    }
  }
  return (
    <div className="gk-list">
      <Legend />
      {loadBefore === undefined ? null : (
        <button type="button" className="gk-before" disabled={loading} onClick={loadBefore}>
          Show the chunks before
        </button>
      )}
      {[...documents].map(([id, chunks], at) => (
        <details
          key={id}
          className="gk-fold"
          open={at === 0 || chunks.some(({ number }) => number === went?.row)}
        >
          <summary title={id}>
            <DocumentHead chunks={chunks} />
            <span className="gk-faint">{plural(chunks.length, 'chunk')}</span>
          </summary>
          <CoveredDocument chunks={chunks} current={went?.row} />
        </details>
      ))}
      {raw.map((row, at) => (
        <RawRow key={at} value={row} />
      ))}
      <Pager {...props} from={first} shown={first + rows.length} unit="chunks" />
    </div>
  );
}

/** Legend of the tints. */
function Legend(): ReactNode {
  return (
    <p className="gk-legend gk-faint">
      <span className="gk-chunk">a chunk</span>
      <span className="gk-chunk-odd">the next</span>
      <span className="gk-overlap">in both</span>
    </p>
  );
}

/** The document's title and origin. */
function DocumentHead({
  chunks: [first],
}: {
  readonly chunks: readonly NumberedChunk[];
}): ReactNode {
  if (first === undefined) return null;
  const { documentId, path, title } = first.chunk.source;
  const { kind, where } = originOf({ id: documentId, path });
  return (
    <>
      <OriginIcon kind={kind} />
      <span className="gk-grow">
        {title}
        <small>{where}</small>
      </span>
    </>
  );
}

function CoveredDocument(props: {
  readonly chunks: readonly NumberedChunk[];
  /** Number of the chunk that was jumped to. */
  readonly current: number | undefined;
}): ReactNode {
  const chunks = props.chunks.map(({ chunk }) => chunk);
  const numberOf = (index: number | undefined): number | undefined =>
    props.chunks[index ?? -1]?.number;
  const isCurrent = (index: number): boolean =>
    props.current !== undefined && numberOf(index) === props.current;
  const begun = new Set<number>();
  return (
    <div className="gk-text gk-mono">
      {coveredText(chunks).map((run, at) => {
        const fresh = run.chunks.filter((index) => !begun.has(index));
        fresh.forEach((index) => begun.add(index));
        // A jump goes to the beginning of a chunk; the text identifies the first of several that begin together.
        const [begins, ...others] = fresh;
        return (
          <span
            key={at}
            className={tint(run.chunks)}
            title={title(run.chunks, props.chunks)}
            data-row={numberOf(begins)}
            data-current={run.chunks.some(isCurrent)}
          >
            {fresh.map((index) => (
              <span
                key={index}
                className="gk-chunk-number"
                data-row={others.includes(index) ? numberOf(index) : undefined}
              >
                {(numberOf(index) ?? 0) + 1}
              </span>
            ))}
            {run.text}
          </span>
        );
      })}
    </div>
  );
}

function tint([first, second]: readonly number[]): string | undefined {
  if (first === undefined) return undefined;
  if (second !== undefined) return 'gk-overlap';
  return first % 2 === 0 ? 'gk-chunk' : 'gk-chunk-odd';
}

/** `chunk 3 · Kilns › Firing · lines 12–19` */
function title(holding: readonly number[], chunks: readonly NumberedChunk[]): string {
  return holding
    .flatMap((index) => chunks[index] ?? [])
    .map(({ chunk: { headings, source }, number }) => {
      const about = headings.length === 0 ? source.title : headings.join(' › ');
      return [`chunk ${number + 1}`, about, placeLabel(source)].join(' · ');
    })
    .join('\n');
}
