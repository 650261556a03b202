import type { Frame, GraphBody } from '@graft/graph';
import { nodeWidth } from './card-size.ts';

/** Pixels from the top of a card to its middle, near enough to tell the group that it stands in. */
const cardMiddle = 60;

/** Whether a frame belongs to a group: its middle lies inside. */
export function isWithin(group: Frame, { x, y, width, height }: Frame): boolean {
  const [across, down] = [x + width / 2 - group.x, y + height / 2 - group.y];
  return across >= 0 && across <= group.width && down >= 0 && down <= group.height;
}

/** The group that each node stands in, by id: of groups within groups the smallest. Nodes in none are left out. */
export function groupsOf({
  nodes,
  layout = {},
  groups = {},
}: Pick<GraphBody, 'nodes' | 'layout' | 'groups'>): ReadonlyMap<string, string> {
  const bySize = Object.entries(groups).sort(
    ([, a], [, b]) => a.width * a.height - b.width * b.height,
  );
  return new Map(
    Object.keys(nodes).flatMap((id): [string, string][] => {
      const place = layout[id];
      if (place === undefined) return [];
      const card = { x: place.x, y: place.y, width: nodeWidth, height: 2 * cardMiddle };
      const found = bySize.find(([, group]) => isWithin(group, card));
      return found === undefined ? [] : [[id, found[0]]];
    }),
  );
}
