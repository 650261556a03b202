import { chunkSchema } from '@graft/graph';
import { useEffect, useState, type ReactNode } from 'react';
import { count, plural } from '../text/amounts.ts';
import { beginning } from '../text/beginning.ts';
import { spanLabel } from '../text/origin.ts';

/** Reads a row of the artifact; undefined if it is unavailable. */
type ReadRow = (row: number) => Promise<unknown>;

/** Chosen rows listed at a time. */
const listed = 20;
/** Milliseconds that a pointer rests before the row under it is read. */
const rest = 60;

/** The rows inside the outline, a few at a time. */
export function Chosen(props: {
  readonly rows: readonly number[];
  readonly clear: () => void;
  readonly goTo: (row: number) => void;
  readonly readRow: ReadRow;
}): ReactNode {
  const { rows, clear, goTo, readRow } = props;
  const [shown, show] = useState(listed);
  return (
    <div className="gk-map-chosen">
      <p>
        <b>{plural(rows.length, 'chunk')}</b> inside the outline
        <button type="button" className="gk-button" onClick={clear}>
          Clear
        </button>
      </p>
      <ul aria-label="Chunks inside the outline">
        {rows.slice(0, shown).map((row) => (
          <li key={row}>
            <ChosenRow {...{ row, goTo, readRow }} />
          </li>
        ))}
      </ul>
      {shown >= rows.length ? null : (
        <button type="button" className="gk-button" onClick={() => show(shown + listed)}>
          Show more
        </button>
      )}
    </div>
  );
}

function ChosenRow(props: {
  readonly row: number;
  readonly goTo: (row: number) => void;
  readonly readRow: ReadRow;
}): ReactNode {
  const { row, goTo, readRow } = props;
  const shownRow = useRow(row, readRow);
  return (
    <button type="button" className="gk-map-row" onClick={() => goTo(row)}>
      {shownRow === undefined ? (
        `Row ${count(row + 1)}`
      ) : (
        <>
          <b>{shownRow.place}</b> {shownRow.text}
        </>
      )}
    </button>
  );
}

/** A row's origin and text, once read. */
export function useRow(
  row: number | undefined,
  readRow: ReadRow,
): { readonly place: string; readonly text: string } | undefined {
  const [read, setRead] = useState<{ readonly row: number; readonly value: unknown }>();
  useEffect(() => {
    if (row === undefined) return;
    let wanted = true;
    const timer = setTimeout(() => {
      void readRow(row).then((value) => {
        if (wanted) setRead({ row, value });
      });
    }, rest);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [row, readRow]);
  if (read === undefined || read.row !== row) return undefined;
  const chunk = chunkSchema.safeParse(read.value).data;
  if (chunk === undefined)
    return { place: `Row ${count(read.row + 1)}`, text: 'could not be read.' };
  return { place: spanLabel(chunk.source), text: beginning(chunk.text, 200) };
}
