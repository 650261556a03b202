import {
  groupKey,
  moveNodes,
  noteOfKey,
  withoutBends,
  type Frame,
  type Graph,
  type Group,
  type NodeLayout,
} from '@graft/graph';
import { type Card, frameAround, boundsAround, type Size, roomFor, isWithin } from '@graft/view';
import { cardFrame, groupFrames, noteFrame, wholeNoteFrame } from './drawn-frames.ts';
import { endsOf, type Places, type UnitLink, type Units } from './layers/units.ts';

/** Pixels between a node and a note about it. */
const between = 16;

/** Computes the places of units; called for each group. */
type Ask = (units: Units) => Promise<Places>;

/**
 * Lays out a graph: notes about a node go below it, groups around what they held and nothing else, other notes beside
 * their old neighbours, in free space. Removes bend points.
 */
export async function tidied(graph: Graph, ask: Ask): Promise<Graph> {
  const frames = await new Tidying(graph, ask).within(undefined);
  const drawn = Object.entries(graph.groups ?? {}).map(([id, group]): [string, Group] => [
    id,
    { ...group, ...frames.get(groupKey(id)) },
  ]);
  const laid = drawn.length === 0 ? graph : { ...graph, groups: Object.fromEntries(drawn) };
  return moveNodes(
    withoutBends(laid, () => true),
    Object.fromEntries(frames),
  );
}

/** A node with the notes about it, stacked. */
interface Stack extends Size {
  readonly notes: readonly Card[];
}

/** The sizes of nodes with the notes about them. */
export function stacksOf(graph: Graph): ReadonlyMap<string, Stack> {
  const stacks = new Map<string, Stack>();
  for (const id of Object.keys(graph.nodes)) {
    stacks.set(id, { ...cardFrame(graph, id), notes: [] });
  }
  for (const [id, { about = '' }] of Object.entries(graph.notes ?? {})) {
    const stack = stacks.get(about);
    const note = wholeNoteFrame(graph, id);
    if (stack === undefined || note === undefined) continue;
    stacks.set(about, {
      width: Math.max(stack.width, note.width),
      height: stack.height + between + note.height,
      notes: [...stack.notes, note],
    });
  }
  return stacks;
}

/** The places of the notes about a node, by key. */
export function notesBelow(
  { x, y, height }: Frame,
  notes: readonly Card[],
): readonly (readonly [string, Frame])[] {
  let top = y + height + between;
  return notes.map((note) => {
    const frame = { x, y: top, width: note.width, height: note.height };
    top += note.height + between;
    return [note.id, frame] as const;
  });
}

type Frames = Map<string, Frame>;

/** Lays out the content of a group, then the group as one unit among others. */
class Tidying {
  readonly #graph: Graph;
  readonly #ask: Ask;
  readonly #stacks: ReadonlyMap<string, Stack>;
  readonly #cards: ReadonlyMap<string, Card>;
  /** The smallest first. */
  readonly #groups: readonly Card[];
  /** By key, the smallest group around it. */
  readonly #parents = new Map<string, string>();
  /** By group, what it holds directly; undefined: outside of groups. */
  readonly #held = new Map<string | undefined, string[]>();

  constructor(graph: Graph, ask: Ask) {
    this.#graph = graph;
    this.#ask = ask;
    this.#stacks = stacksOf(graph);
    this.#cards = new Map(Object.keys(graph.nodes).map((id) => [id, cardFrame(graph, id)]));
    const area = ({ width, height }: Frame): number => width * height;
    this.#groups = groupFrames(graph).toSorted((a, b) => area(a) - area(b));
    for (const card of [...this.#cards.values(), ...this.#freeNotes()]) {
      this.#put(card.id, this.#groups.find((group) => isWithin(group, card))?.id);
    }
    for (const [at, group] of this.#groups.entries()) {
      this.#put(group.id, this.#groups.slice(at + 1).find((other) => holds(other, group))?.id);
    }
  }

  /** Notes about no node of the graph. */
  #freeNotes(): readonly Card[] {
    return Object.entries(this.#graph.notes ?? {}).flatMap(([id, { about }]) =>
      about !== undefined && this.#stacks.has(about) ? [] : (noteFrame(this.#graph, id) ?? []),
    );
  }

  #put(key: string, parent: string | undefined): void {
    if (parent !== undefined) this.#parents.set(key, parent);
    const held = this.#held.get(parent);
    if (held === undefined) this.#held.set(parent, [key]);
    else held.push(key);
  }

  /** The places of everything in a group, or outside of groups, relative to each other. */
  async within(group: string | undefined): Promise<Frames> {
    const held = this.#held.get(group) ?? [];
    const insides = new Map<string, Frames>();
    for (const key of held) {
      if (this.#cards.has(key) || noteOfKey(key) !== undefined) continue;
      insides.set(key, await this.#framed(key));
    }
    const sizes = new Map<string, Size>();
    const free: string[] = [];
    for (const key of held) {
      const inside = insides.get(key);
      const size = inside === undefined ? this.#stacks.get(key) : inside.get(key);
      const hasNode =
        inside === undefined || [...inside.keys()].some((key) => this.#cards.has(key));
      if (size !== undefined && hasNode) sizes.set(key, size);
      else free.push(key);
    }
    const frames: Frames = new Map();
    const places = await this.#ask({ sizes, links: this.#links(group, { sizes, insides }) });
    for (const [key, place] of Object.entries(places)) this.#place(frames, { key, place, insides });
    const shift = this.#shift(frames);
    const taken = [...sizes.keys()].flatMap((key) => this.#taken(frames, key));
    for (const key of free) {
      const was = this.#was(key, insides);
      if (was === undefined) continue;
      const place = roomFor({ ...was, x: was.x + shift.x, y: was.y + shift.y }, taken);
      taken.push({ id: key, ...was, ...place });
      this.#place(frames, { key, place, insides });
    }
    return frames;
  }

  /** A group with its content, relative to each other. */
  async #framed(key: string): Promise<Frames> {
    const inside = await this.within(key);
    if ([...inside.keys()].some((key) => this.#cards.has(key)))
      return inside.set(key, frameAround(inside.values()));
    const own = this.#groups.filter(({ id }) => id === key);
    const { left, top, right, bottom } = boundsAround([...own, ...inside.values()]);
    return inside.set(key, { x: left, y: top, width: right - left, height: bottom - top });
  }

  /** The links between the units of a group; a link to something in a group is a link to that group. */
  #links(
    group: string | undefined,
    { sizes, insides }: Pick<Units, 'sizes'> & { readonly insides: ReadonlyMap<string, Frames> },
  ): readonly UnitLink[] {
    const unitOf = (node: string): string | undefined => {
      let key: string | undefined = node;
      while (key !== undefined && this.#parents.get(key) !== group) key = this.#parents.get(key);
      return key !== undefined && sizes.has(key) ? key : undefined;
    };
    /** How far a node lies below the top of its unit. */
    const down = (node: string, unit: string): number => {
      const inside = insides.get(unit);
      return (inside?.get(node)?.y ?? 0) - (inside?.get(unit)?.y ?? 0);
    };
    return this.#graph.edges.flatMap((edge): UnitLink[] => {
      const [source, target] = [unitOf(edge.source), unitOf(edge.target)];
      if (source === undefined || target === undefined || source === target) return [];
      const { from, to } = endsOf(this.#graph, edge);
      return [
        {
          ...{ source, target },
          from: from + down(edge.source, source),
          to: to + down(edge.target, target),
        },
      ];
    });
  }

  /** Records the place of something and of everything that moves with it. */
  #place(
    frames: Frames,
    { key, place, insides }: { key: string; place: NodeLayout; insides: Map<string, Frames> },
  ): void {
    const inside = insides.get(key);
    const own = inside?.get(key);
    if (inside !== undefined && own !== undefined) {
      const [x, y] = [place.x - own.x, place.y - own.y];
      for (const [key, frame] of inside)
        frames.set(key, { ...frame, x: frame.x + x, y: frame.y + y });
      return;
    }
    const card = this.#cards.get(key) ?? wholeNoteFrame(this.#graph, noteOfKey(key) ?? '');
    if (card === undefined) return;
    const frame = { ...place, width: card.width, height: card.height };
    frames.set(key, frame);
    for (const [note, at] of notesBelow(frame, this.#stacks.get(key)?.notes ?? [])) {
      frames.set(note, at);
    }
  }

  /** Moves the upper left corner of the cards to the origin, and returns the offset. */
  #shift(frames: Frames): NodeLayout {
    const now = boundsAround([...frames].flatMap(([key, at]) => (this.#cards.has(key) ? at : [])));
    if (now.left === Infinity) return { x: 0, y: 0 };
    for (const [key, frame] of frames) {
      frames.set(key, { ...frame, x: frame.x - now.left, y: frame.y - now.top });
    }
    const was = boundsAround([...frames.keys()].flatMap((key) => this.#cards.get(key) ?? []));
    return { x: -was.left, y: -was.top };
  }

  /** The area of something with the notes about it. */
  #taken(frames: Frames, key: string): readonly Card[] {
    const keys = [key, ...(this.#stacks.get(key)?.notes ?? []).map(({ id }) => id)];
    return keys.flatMap((id) => {
      const frame = frames.get(id);
      return frame === undefined ? [] : [{ id, ...frame }];
    });
  }

  /** The old place of something free, with its new size. */
  #was(key: string, insides: ReadonlyMap<string, Frames>): Frame | undefined {
    return insides.get(key)?.get(key) ?? wholeNoteFrame(this.#graph, noteOfKey(key) ?? '');
  }
}

/** Whether a group lies entirely within another. */
function holds(outer: Frame, inner: Frame): boolean {
  const [right, bottom] = [outer.x + outer.width, outer.y + outer.height];
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= right &&
    inner.y + inner.height <= bottom
  );
}
