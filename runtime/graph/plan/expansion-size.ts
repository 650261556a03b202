import { isStepType } from '../types/node-type.ts';
import type { BodyDraft } from './read-body.ts';
import { maxExpanded, maxNesting } from './graph-library.ts';

/** Limit of all nodes, including those that planning removes. */
const maxVisited = 1_000_000;

interface Size {
  readonly running: number;
  readonly all: number;
  /** Limit of parameters that uses have because their graphs expose them. */
  readonly exposed: number;
}

export interface ExpansionProblem {
  readonly code: 'too-large' | 'cycle';
  readonly message: string;
  /** The body and node to report it at. */
  readonly body: BodyDraft;
  readonly node: string | undefined;
}

/**
 * Counts the nodes of an expansion before making it, and finds graphs that use themselves. Counts each body once,
 * however often it is used.
 */
export function expansionProblem(
  root: BodyDraft,
  read: (body: BodyDraft, node: string) => BodyDraft | undefined,
): ExpansionProblem | undefined {
  const counts = new Map<string, Size>();
  const above: { readonly body: BodyDraft; readonly name: string }[] = [];
  const visit = (body: BodyDraft): ExpansionProblem | undefined => {
    let { running, all, exposed } = ownSize(body);
    for (const node of body.uses.keys()) {
      const child = read(body, node);
      if (child === undefined) continue;
      const circle = above.findIndex((parent) => parent.body === child);
      if (circle >= 0) {
        const names = [...above.slice(circle).map(({ name }) => name), nameOf(child)];
        const message = `A graph cannot contain itself: ${names.join(' → ')}. Choose another graph here, or remove this node.`;
        return { code: 'cycle', message, body, node };
      }
      if (!counts.has(child.at.key)) {
        if (above.length >= maxNesting) {
          const message = `Subgraphs are nested more than ${maxNesting} levels deep here. Merge some of them.`;
          return { code: 'too-large', message, body, node };
        }
        above.push({ body: child, name: nameOf(child) });
        const problem = visit(child);
        above.pop();
        if (problem !== undefined) return problem;
      }
      const inner = counts.get(child.at.key);
      running = Math.min(running + (inner?.running ?? 0) * roundsOf(body, node), most);
      all = Math.min(all + (inner?.all ?? 0), most);
      exposed = Math.min(exposed + (inner?.exposed ?? 0) + exposedBy(child), most);
    }
    counts.set(body.at.key, { running, all, exposed });
    return undefined;
  };
  above.push({ body: root, name: nameOf(root) });
  const problem = visit(root);
  if (problem !== undefined) return problem;
  const { running = 0, all = 0, exposed = 0 } = counts.get(root.at.key) ?? {};
  if (running <= maxExpanded && all <= maxVisited && exposed <= maxExpanded) return undefined;
  const largest = [...root.uses.keys()]
    .map((node) => {
      const size = counts.get(read(root, node)?.at.key ?? '');
      const { running: ran = 0, all: seen = 0, exposed: set = 0 } = size ?? {};
      return { node, count: Math.max(ran * roundsOf(root, node), seen, set) };
    })
    .reduce<{ node: string; count: number } | undefined>(
      (most, expanded) => (most === undefined || expanded.count > most.count ? expanded : most),
      undefined,
    );
  const message =
    running > maxExpanded
      ? `With all its subgraphs and rounds, the graph has ${shownCount(running)} nodes; the limit is ${maxExpanded}. Use fewer nested subgraphs, or fewer rounds.`
      : all > maxVisited
        ? `With all nested subgraphs, the graph has ${shownCount(all)} nodes; the limit is ${maxVisited}. Use fewer nested subgraphs.`
        : `The subgraphs have ${shownCount(exposed)} exposed parameters in all; the limit is ${maxExpanded}. Expose fewer, or use fewer subgraphs.`;
  return {
    code: 'too-large',
    message,
    body: root,
    node: largest?.node,
  };
}

const exposedBy = ({ at }: BodyDraft): number => Object.keys(at.body.expose ?? {}).length;

/** How often a node runs its body: a loop's limit. */
function roundsOf({ drafts }: BodyDraft, node: string): number {
  const limit = drafts.get(node)?.params?.['limit'];
  return typeof limit === 'number' && drafts.get(node)?.definition.structure === 'repeat'
    ? limit
    : 1;
}

/** Counts saturate beyond the refused size, so that no power overflows. */
const most = Number.MAX_SAFE_INTEGER / 2;

function ownSize({ drafts }: BodyDraft): Size {
  let running = 0;
  for (const { node, definition } of drafts.values()) {
    if (isStepType(definition) && node.bypass !== true) running += 1;
  }
  return { running, all: drafts.size, exposed: 0 };
}

function shownCount(count: number): string {
  return count > 1e12 ? 'more than a trillion' : String(count);
}

function nameOf({ at: { file, graph } }: BodyDraft): string {
  return graph === undefined ? (file ?? 'this graph') : `${file ?? ''}#${graph}`;
}
