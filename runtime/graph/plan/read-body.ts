import type { Problem } from '../base/errors.ts';
import { own, sortedKeys } from '../base/record.ts';
import { sortEdges, type Edge } from '../format/edge.ts';
import { usesGraph, type Registry } from '../types/node-type.ts';
import { textParam } from '../types/structure-params.ts';
import { connectDrafts } from './connect-drafts.ts';
import { maxExpanded, placeIn, type GraphLibrary, type LibraryBody } from './graph-library.ts';
import { reportInterface } from './interface-problems.ts';
import { reportLoop } from './loop-problems.ts';
import { checkInputs, draftNode, type NodeDraft } from './node-draft.ts';
import { ProblemReport } from './problem-report.ts';

/** A body with drafted and connected nodes, as written: uses of graphs are nodes in it. */
export interface BodyDraft {
  readonly at: LibraryBody;
  /** Sorted. */
  readonly ids: readonly string[];
  /** Sorted as strings. */
  readonly edges: readonly Edge[];
  readonly drafts: ReadonlyMap<string, NodeDraft>;
  /** The bodies that its nodes use, except bypassed ones. */
  readonly uses: ReadonlyMap<string, LibraryBody>;
  /** Whether it has structure to remove before it can run. */
  readonly composed: boolean;
  readonly problems: readonly Problem[];
}

export interface BodyContext {
  readonly registry: Registry;
  /** Replaces the seed of every seeded node. */
  readonly seed?: number;
}

/** Exposed parameters that a reader may still draft; each use of a graph has all of them. */
interface ExposureRoom {
  left: number;
}

/** Drafts a body, with the problems that it has for every user. Linear, except for a sort. */
function readBody(
  at: LibraryBody,
  library: GraphLibrary,
  { registry, seed, room }: BodyContext & { readonly room: ExposureRoom },
): BodyDraft {
  const report = new ProblemReport(placeIn(at));
  const { body } = at;
  for (const { code, message, location } of at.problems) report.add(code, message, location);
  const skipped = new Set(at.problems.map(({ location }) => location.node));
  const context = { registry, graphs: library.lookup(at) };

  const ids = sortedKeys(body.nodes);
  const edges = sortEdges(body.edges);
  const drafts = new Map<string, NodeDraft>();
  const uses = new Map<string, LibraryBody>();
  let composed = false;
  for (const id of ids) {
    const node = own(body.nodes, id);
    if (node === undefined || skipped.has(id)) continue;
    if (usesGraph(registry.get(node.type) ?? {})) {
      const found = library.find(textParam(node.params, 'use'), at);
      if (!('key' in found)) {
        // Its ports and parameters are unknown.
        report.add(found.code, found.message, { node: id, param: 'use' });
        composed = true;
        continue;
      }
      const had = room.left;
      room.left -= Object.keys(found.body.expose ?? {}).length;
      if (room.left < 0) {
        // Reported at the use that passes the limit only.
        if (had >= 0) report.add('too-large', tooManyExposed, { node: id, param: 'use' });
        composed = true;
        continue;
      }
      if (node.bypass !== true) uses.set(id, found);
    }
    const draft = draftNode({ id, node, seed }, context, report);
    if (draft === undefined) continue;
    drafts.set(id, draft);
    composed ||= node.bypass === true || draft.definition.structure !== undefined;
  }
  connectDrafts({ graph: body, edges }, { drafts, registry }, report);
  checkInputs(drafts, registry, report);
  for (const id of uses.keys()) {
    const draft = drafts.get(id);
    if (draft?.definition.structure === 'repeat') reportLoop(id, draft, report);
  }
  if (composed || body.expose !== undefined) reportInterface(body, { ...context, drafts }, report);
  return { at, ids, edges, drafts, uses, composed, problems: report.problems };
}

const tooManyExposed = `With this subgraph, the graph has more than ${maxExpanded} exposed parameters in all. Expose fewer, or use fewer subgraphs.`;

/** Drafts each body once, however often it is used. */
export class BodyReader {
  readonly #library: GraphLibrary;
  readonly #context: BodyContext;
  readonly #drafts = new Map<string, BodyDraft>();
  readonly #room: ExposureRoom = { left: maxExpanded };

  constructor(library: GraphLibrary, { registry, seed }: BodyContext) {
    this.#library = library;
    this.#context = { registry, ...(seed === undefined ? {} : { seed }) };
  }

  read(body: LibraryBody): BodyDraft {
    const known = this.#drafts.get(body.key);
    if (known !== undefined) return known;
    const draft = readBody(body, this.#library, { ...this.#context, room: this.#room });
    this.#drafts.set(body.key, draft);
    return draft;
  }

  /** The body that a `graph` node uses. */
  readonly readUse = (body: BodyDraft, node: string): BodyDraft | undefined => {
    const used = body.uses.get(node);
    return used === undefined ? undefined : this.read(used);
  };

  /** Problems of the bodies read so far, without those of nodes that are not planned (`dropped`, by body key). */
  problems(dropped: ReadonlyMap<string, ReadonlySet<string>> = new Map()): Problem[] {
    return [...this.#drafts.values()].flatMap(({ at, problems }) => {
      const out = dropped.get(at.key);
      if (out === undefined || out.size === 0) return problems;
      return problems.filter(({ location: { node } }) => node === undefined || !out.has(node));
    });
  }
}
