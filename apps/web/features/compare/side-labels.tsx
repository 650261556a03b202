import { familyColour } from '../../kit/node-types.ts';
import { type ComparedNode, letterOf, type ComparedRun, type Absence } from '@graft/view';
import { clock } from '@graft/nodes/kit/ui';

/** The name of a side: its variant, else the time of its run; with the node if single nodes are compared. */
export function sideName({ startedAt, variant, seed, nodeTitle }: ComparedRun): string {
  const run = variant ?? `Run of ${clock(startedAt)}`;
  return [run, seed === undefined ? undefined : `seed ${String(seed)}`, nodeTitle]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** A column heading for each side. */
export function SideHeads({ sides }: { readonly sides: number }) {
  return Array.from({ length: sides }, (_, at) => (
    <th key={at} scope="col">
      <span className="side-letter">{letterOf(at)}</span>
    </th>
  ));
}

/** The title of a node, with the colour of its group. */
export function NodeTitle({
  node,
}: {
  readonly node: Pick<ComparedNode, 'path' | 'title' | 'group'>;
}) {
  return (
    <span
      className="inline-flex max-w-full items-center gap-2"
      style={{ '--c': familyColour(node.group) }}
      title={node.path}
    >
      <i className="group-square" />
      <span className="min-w-0 truncate">{node.title}</span>
    </span>
  );
}

/** Why a side has no step of a node, to follow the title of the node. */
export const absentWords: Readonly<Record<Absence, string>> = {
  'not in its graph': 'is not in its graph',
  'switched off': 'is switched off',
  'did not run': 'did not run',
  unknown: 'did not run or was not in the graph',
};
