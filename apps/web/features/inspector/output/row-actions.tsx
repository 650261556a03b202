import { questionAskedIn } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import type { ReactNode } from 'react';
import { useGraphFunction, askable } from '../../../api/graphs/graph-function.ts';
import { action, type RowAction } from '@graft/view';
import { CopyIcon, RedoIcon } from '../../../kit/icons.tsx';
import { useScreen } from '../../../kit/stores.ts';
import { copyText, textOf } from '../../../kit/copy-text.ts';

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

/** What a row has in its corner, and what its menu holds. */
export interface RowMenus {
  readonly corner: (row: unknown, number: number) => ReactNode;
  readonly menu: (row: unknown, number: number) => readonly RowAction[];
}

/** What can be done to one row: it is copied, as text or as the JSON that it is, and what it answers is asked by itself; of several it has its number. */
export function useRowActions(
  whole: (row: unknown, number: number) => Promise<unknown>,
  total: number,
): RowMenus {
  // Where it is asked is beside the canvas.
  const view = useScreen((state) => state.view);
  const isApp = view === 'app';
  const canAsk = askable(useGraphFunction()) !== undefined && view === 'canvas';
  const menu = (row: unknown, number: number) => {
    const copy = async (textOfRow: (row: unknown) => string, what: string): Promise<void> =>
      copyText(textOfRow(await whole(row, number)), what);
    const question = canAsk ? questionAskedIn(row) : undefined;
    const ask = {
      id: 'ask-alone',
      title: 'Ask this question alone',
      icon: <RedoIcon />,
      run: () => void (question === undefined ? undefined : action('askAlone')(question)),
    };
    return [
      ...(question === undefined ? [] : [ask]),
      {
        id: 'copy-text',
        title: 'Copy this row as text',
        icon: <CopyIcon />,
        run: () => void copy(textOf, 'the row'),
      },
      ...(isApp
        ? []
        : [
            {
              id: 'copy-json',
              title: 'Copy this row as JSON',
              icon: '{}',
              run: () => void copy(JSON.stringify, 'the row as JSON'),
            },
          ]),
    ];
  };
  const corner = (row: unknown, number: number) => (
    <>
      {total > 1 ? (
        <span className="self-center px-1 text-sm text-ink-2 tabular-nums">
          Row {count(number + 1)}
        </span>
      ) : null}
      {menu(row, number).map(({ id, title, icon, run }) => (
        <Action key={id} label={title} act={run}>
          {icon}
        </Action>
      ))}
    </>
  );
  return { corner, menu };
}
