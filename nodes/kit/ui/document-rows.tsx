import { type Document, documentSchema } from '@graft/graph';
import { type ReactNode, useState } from 'react';
import { Facts } from './facts.tsx';
import { OriginIcon } from './origin-icon.tsx';
import { originOf } from './origin.ts';
import type { PreviewProps } from './preview-props.ts';
import { RowList } from './row-list.tsx';

/** The documents, and the text of the chosen one. */
export function DocumentRows(props: PreviewProps): ReactNode {
  const [chosen, choose] = useState(0);
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

/** Characters shown of a document at most: a part may have half a million. */
const shownRows = 20_000;

function Reader({ document }: { readonly document: Document }): ReactNode {
  const { text, metadata, mediaType, line } = document;
  return (
    <>
      <Facts
        facts={[
          ['kind', mediaType],
          ['from line', line],
          ...Object.entries(metadata).map(([name, value]) => [name, String(value)] as const),
        ]}
      />
      <div className="gk-text gk-reader">{text.slice(0, shownRows)}</div>
      {text.length > shownRows && (
        <p className="gk-note">
          The first {shownRows.toLocaleString('en')} of {text.length.toLocaleString('en')}{' '}
          characters.
        </p>
      )}
    </>
  );
}
