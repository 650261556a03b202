import { type Chunk, chunkSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import {
  fittingRows,
  originOf,
  OriginIcon,
  Pager,
  placeLabel,
  plural,
  type PreviewProps,
  RawRow,
} from '../kit/ui/index.ts';
import { coveredText } from './covered-text.ts';

/** Chunks over the text of their documents, each in its tint, overlaps in another. */
export function preview(props: PreviewProps): ReactNode {
  const documents = new Map<string, Chunk[]>();
  const raw: unknown[] = [];
  for (const row of fittingRows(props.rows, chunkSchema)) {
    if (!row.fits) raw.push(row.raw);
    else {
      const chunks = documents.get(row.value.source.documentId) ?? [];
      chunks.push(row.value);
      documents.set(row.value.source.documentId, chunks);
    }
  }
  return (
    <div className="gk-list">
      {[...documents].map(([id, chunks], at) => (
        <details key={id} className="gk-fold" open={at === 0}>
          <summary title={id}>
            <DocumentHead chunks={chunks} />
            <span className="gk-faint">{plural(chunks.length, 'chunk')}</span>
          </summary>
          <CoveredDocument chunks={chunks} />
        </details>
      ))}
      {raw.map((row, at) => (
        <RawRow key={at} value={row} />
      ))}
      <Pager {...props} shown={props.rows.length} unit="chunks" />
    </div>
  );
}

/** What the document is, and where it comes from. */
function DocumentHead({ chunks: [first] }: { readonly chunks: readonly Chunk[] }): ReactNode {
  if (first === undefined) return null;
  const { documentId, path, title } = first.source;
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

function CoveredDocument({ chunks }: { readonly chunks: readonly Chunk[] }): ReactNode {
  const begun = new Set<number>();
  return (
    <div className="gk-text gk-mono">
      {coveredText(chunks).map((run, at) => {
        const fresh = run.chunks.filter((index) => !begun.has(index));
        fresh.forEach((index) => begun.add(index));
        return (
          <span key={at} className={tint(run.chunks)} title={title(run.chunks, chunks)}>
            {fresh.map((index) => (
              <span key={index} className="gk-chunk-number">
                {index + 1}
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
function title(holding: readonly number[], chunks: readonly Chunk[]): string {
  return holding
    .map((index) => {
      const chunk = chunks[index];
      if (chunk === undefined) return `chunk ${index + 1}`;
      const { headings, source } = chunk;
      const about = headings.length === 0 ? source.title : headings.join(' › ');
      return [`chunk ${index + 1}`, about, placeLabel(source)].join(' · ');
    })
    .join('\n');
}
