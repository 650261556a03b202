import { type Document, documentSchema } from '@graft/graph';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { plural } from '../text/amounts.ts';
import { Facts } from '../text/facts.tsx';
import { OriginIcon } from '../text/source-link.tsx';
import { originOf } from '../text/origin.ts';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** The documents, and the text of the chosen one. */
export function DocumentRows(props: PreviewProps): ReactNode {
  const [chosen, choose] = useState(0);
  const { went, cut, readRow, onPaper } = props;
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
            <span className="gk-faint">
              {plural(cut?.get(at) ?? document.text.length, 'character')}
            </span>
          </button>
          {at === chosen &&
            (cut?.has(at) === true && readRow !== undefined ? (
              <WholeReader {...{ document, readRow, onPaper }} number={at} />
            ) : (
              <Reader {...{ document, onPaper }} />
            ))}
        </>
      )}
    </RowList>
  );
}

/** Characters in one block of layout: a part of a document may have half a million. */
const blockLength = 8_000;
/** Characters of a text that are printed: about four pages. */
const charactersOnPaper = 12_000;

/** Splits a text into blocks at line ends, unless its lines are too long. */
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

/** The text of a document, of which only the beginning has loaded, and all of it once read. */
function WholeReader(props: {
  readonly document: Document;
  readonly number: number;
  readonly readRow: NonNullable<PreviewProps['readRow']>;
  readonly onPaper: true | undefined;
}): ReactNode {
  const { document, number, readRow, onPaper } = props;
  const [whole, setWhole] = useState<Document>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    void readRow(number).then((row) => {
      if (!wanted) return;
      setWhole(documentSchema.safeParse(row).data);
      setFailed(row === undefined);
    });
    return () => {
      wanted = false;
    };
  }, [number, readRow]);
  return (
    <div data-reading={whole === undefined && !failed ? true : undefined}>
      {failed && (
        <p className="gk-note">Graft could read only the beginning. Choose the document again.</p>
      )}
      <Reader document={whole ?? document} onPaper={onPaper} />
    </div>
  );
}

function Reader(props: {
  readonly document: Document;
  readonly onPaper: true | undefined;
}): ReactNode {
  const { text, metadata, mediaType, line } = props.document;
  const most = props.onPaper ? charactersOnPaper : Infinity;
  const blocks = useMemo(() => blocksOf(text.slice(0, most)), [text, most]);
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
      {text.length > most && (
        <p className="gk-note">
          {plural(text.length - most, 'more character')} not shown. Open the file to read on.
        </p>
      )}
    </>
  );
}
