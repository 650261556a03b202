import { familyColour } from '../../kit/family-colour.ts';
import type { ComparedNode } from '@graft/view';

/** A node as the canvas shows it: the colour of its group, and what it is called. */
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
