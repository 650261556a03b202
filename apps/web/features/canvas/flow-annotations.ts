import { groupKey, noteKey, type Group, type Note } from '@graft/graph';
import type { Node as FlowNode } from '@xyflow/react';
import type { CSSProperties } from 'react';

/** A note without words is this high. */
const leastHeight = 44;

/** How high a note is at least; what it says is scrolled within where it needs much more. */
export const noteHeight = (height: number): CSSProperties => ({
  minHeight: height,
  '--note-height': `${height}px`,
});

/** Behind cards and notes, whichever comes first in the page, and over groups. */
export const edgeLayer = -1;

type All<V> = Readonly<Record<string, V>> | undefined;

/** What of a renderer's node says how it is drawn; the rest is the renderer's own. */
type Drawn = Required<Pick<FlowNode, 'id' | 'type' | 'position'>> & Partial<FlowNode>;

/** Notes as the renderer wants them, over the cards. What did not change stays the same object. */
export function flowNotes(
  before: readonly FlowNode[],
  notes: All<Note>,
  selection: ReadonlySet<string>,
): FlowNode[] {
  const drawn = Object.entries(notes ?? {}).map(
    ([id, { x, y, width, height = leastHeight, text }]): Drawn => ({
      ...{ id: noteKey(id), type: 'note', position: { x, y }, width },
      style: noteHeight(Math.max(height, leastHeight)),
      ...{ ariaLabel: firstWords(text), domAttributes: { 'aria-roledescription': 'note' } },
    }),
  );
  return keptWhereSame(before, drawn, selection);
}

const firstWords = (text: string): string => text.trim().slice(0, 80) || 'empty';

/** Groups as the renderer wants them: behind edges and cards, and to be taken hold of by their heads alone. */
export function flowGroups(
  before: readonly FlowNode[],
  groups: All<Group>,
  selection: ReadonlySet<string>,
): FlowNode[] {
  const drawn = Object.entries(groups ?? {}).map(([id, { x, y, width, height, title }]): Drawn => ({
    ...{ id: groupKey(id), type: 'frame', position: { x, y }, width, height },
    ...{ dragHandle: '.group-head', style: { zIndex: -2, pointerEvents: 'none' } },
    ...{ ariaLabel: title, domAttributes: { 'aria-roledescription': 'group' } },
  }));
  return keptWhereSame(before, drawn, selection);
}

function keptWhereSame(
  before: readonly FlowNode[],
  drawn: readonly Drawn[],
  selection: ReadonlySet<string>,
): FlowNode[] {
  if (drawn.length === 0) return [];
  const known = new Map(before.map((node) => [node.id, node]));
  return drawn.map((now) => {
    const old = known.get(now.id);
    const selected = selection.has(now.id);
    const same =
      old !== undefined &&
      old.selected === selected &&
      Object.entries(now).every(
        ([name, value]) => JSON.stringify(old[name as keyof FlowNode]) === JSON.stringify(value),
      );
    return same ? old : { data: {}, ...old, ...now, selected };
  });
}
