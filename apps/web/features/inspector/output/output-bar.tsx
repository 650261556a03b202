import type { ArtifactRef } from '@graft/graph';
import type { EditWish } from './edit-wish.ts';
import { FindBar, type FindBarProps } from '../../../kit/find/find-bar.tsx';
import OutputMenus from './output-menus.tsx';

interface OutputBarProps extends Omit<FindBarProps, 'children'> {
  readonly artifact: ArtifactRef;
  readonly rows: readonly unknown[];
  readonly wholeRows: () => Promise<readonly unknown[]>;
  readonly name: string;
  /** Keeps these rows as a file that stands in the node's place; absent where that cannot be. */
  readonly freeze: (() => void) | undefined;
  /** Opens the editor on these rows, which are frozen first where they are not; absent where that cannot be. */
  readonly edit: EditWish | undefined;
}

/** Above an output: find in all of its rows, go to one, copy, download. */
export function OutputBar(props: OutputBarProps) {
  const { artifact, rows, wholeRows, name, freeze, edit, ...find } = props;
  return (
    <FindBar {...find}>
      <OutputMenus {...{ artifact, rows, wholeRows, name, freeze, edit }} total={find.total} />
    </FindBar>
  );
}
