import { questionTextOf } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import type { ReactNode } from 'react';
import { useGraphFunction } from '../../app-view/graph-function.ts';
import { askAlone } from '../../ask/ask-alone.ts';
import { askable } from '../../ask/ask-store.ts';
import { CopyIcon, RedoIcon } from '../../shell/icons.tsx';
import { useScreen } from '../../state/screen-store.ts';
import { copyText, textOf } from './copy-rows.ts';

function Action(props: {
  readonly label: string;
  readonly children: ReactNode;
  act(): void;
}): ReactNode {
  return (
    <button
      type="button"
      className="icon-button font-mono text-[10px]"
      aria-label={props.label}
      title={props.label}
      onClick={props.act}
    >
      {props.children}
    </button>
  );
}

/** What can be done to one row: it is copied, as text or as the JSON that it is, and what it answers is asked by itself; of several it has its number. */
export function useRowActions(
  whole: (row: unknown, number: number) => Promise<unknown>,
  total: number,
): (row: unknown, number: number) => ReactNode {
  // Where it is asked is beside the canvas.
  const onCanvas = useScreen(({ view }) => view === 'canvas');
  const canAsk = askable(useGraphFunction()) !== undefined && onCanvas;
  return (row, number) => {
    const copy = async (textOfRow: (row: unknown) => string, what: string): Promise<void> =>
      copyText(textOfRow(await whole(row, number)), what);
    const question = canAsk ? questionTextOf(row) : undefined;
    return (
      <>
        {total > 1 ? (
          <span className="self-center px-1 text-sm text-ink-2 tabular-nums">
            Row {count(number + 1)}
          </span>
        ) : null}
        {question === undefined ? null : (
          <Action label="Run for this question alone" act={() => void askAlone(question)}>
            <RedoIcon />
          </Action>
        )}
        <Action label="Copy this row as text" act={() => void copy(textOf, 'the row')}>
          <CopyIcon />
        </Action>
        <Action
          label="Copy this row as JSON"
          act={() => void copy(JSON.stringify, 'the row as JSON')}
        >
          {'{}'}
        </Action>
      </>
    );
  };
}
