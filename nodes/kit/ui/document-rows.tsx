import { type Document, documentSchema } from '@graft/graph';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Facts } from './facts.tsx';
import { OriginIcon } from './origin-icon.tsx';
import { originOf } from './origin.ts';
import type { PreviewProps } from './preview-props.ts';
import { RowList } from './row-list.tsx';

/** The documents, and the text of the chosen one. */
export function DocumentRows(props: PreviewProps): ReactNode {
  const [chosen, choose] = useState(0);
  const { went } = props;
  useEffect(() => {
    if (went !== undefined) choose(went.row);
  }, [went]);
  return (
    <RowList {...props} schema={documentSchema} unit="documents">
      {(document: Document, at) => (
        <>
          <button
            type="button"
            className="gk-row"
            aria-pressed={at === chosen}
            onClick={() => choose(at === chosen ? -1 : at)}
          >
            <OriginIcon kind={originOf(document).kind} />
            <span className="gk-grow" title={document.id}>
              {document.title}
              <small>{originOf(document).where}</small>
            </span>
            <span className="gk-faint">{document.text.length.toLocaleString('en')}</span>
          </button>
          {at === chosen && <Reader document={document} />}
        </>
      )}
    </RowList>
  );
}

/** Characters that are laid out together: a part of a document may have half a million. */
const blockLength = 8_000;

/** A text in blocks that end with a line, as far as its lines are short enough. */
function blocksOf(text: string): readonly string[] {
  const blocks: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.lastIndexOf('\n', start + blockLength) + 1;
    const next =
      text.length - start <= blockLength ? text.length : end > start ? end : start + blockLength;
    blocks.push(text.slice(start, next));
    start = next;
  }
  return blocks;
}

function Reader({ document }: { readonly document: Document }): ReactNode {
  const { text, metadata, mediaType, line } = document;
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <>
      <Facts
        facts={[
          ['kind', mediaType],
          ['from line', line],
          ...Object.entries(metadata).map(([name, value]) => [name, String(value)] as const),
        ]}
      />
      <div className="gk-text gk-reader" tabIndex={0} role="group" aria-label="Text">
        {blocks.map((block, at) => (
          <div key={at}>{block}</div>
        ))}
      </div>
    </>
  );
}
