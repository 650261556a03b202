import type { BodyDraft } from './read-body.ts';
import { maxNesting } from './graph-library.ts';

/** Nodes of a graph once the graphs that it uses stand in it. */
export const maxExpanded = 200_000;

export interface ExpansionProblem {
  readonly code: 'too-large' | 'cycle';
  readonly message: string;
  /** The body and its `graph` node at which it shows. */
  readonly body: BodyDraft;
  readonly node: string | undefined;
}

/**
 * Counts the nodes that an expansion would have, before it is made, and finds graphs that use themselves. Every body is
 * counted once, however often it is used.
 */
export function expansionProblem(
  root: BodyDraft,
  read: (body: BodyDraft, node: string) => BodyDraft | undefined,
): ExpansionProblem | undefined {
  const counts = new Map<string, number>();
  const above: { readonly body: BodyDraft; readonly name: string }[] = [];
  const visit = (body: BodyDraft): ExpansionProblem | undefined => {
    let count = body.drafts.size;
    for (const node of body.uses.keys()) {
      const child = read(body, node);
      if (child === undefined) continue;
      const circle = above.findIndex((one) => one.body === child);
      if (circle >= 0) {
        const names = [...above.slice(circle).map(({ name }) => name), nameOf(child)];
        const message = `A graph cannot be part of itself: ${names.join(' → ')}. Use another graph here, or remove this node.`;
        return { code: 'cycle', message, body, node };
      }
      if (!counts.has(child.at.key)) {
        if (above.length >= maxNesting) {
          const message = `Graphs are nested more than ${maxNesting} deep here. Put some of them together.`;
          return { code: 'too-large', message, body, node };
        }
        above.push({ body: child, name: nameOf(child) });
        const problem = visit(child);
        above.pop();
        if (problem !== undefined) return problem;
      }
      // Counts stop growing beyond what is refused, so that no power overflows.
      count = Math.min(count + (counts.get(child.at.key) ?? 0), Number.MAX_SAFE_INTEGER / 2);
    }
    counts.set(body.at.key, count);
    return undefined;
  };
  above.push({ body: root, name: nameOf(root) });
  const problem = visit(root);
  if (problem !== undefined) return problem;
  const total = counts.get(root.at.key) ?? 0;
  if (total <= maxExpanded) return undefined;
  const largest = [...root.uses.keys()]
    .map((node) => ({ node, count: counts.get(read(root, node)?.at.key ?? '') ?? 0 }))
    .reduce<{ node: string; count: number } | undefined>(
      (most, one) => (most === undefined || one.count > most.count ? one : most),
      undefined,
    );
  return {
    code: 'too-large',
    message: `With all the graphs that it uses, the graph has ${shownCount(total)} nodes; at most ${maxExpanded} are planned. Use fewer graphs within graphs.`,
    body: root,
    node: largest?.node,
  };
}

function shownCount(count: number): string {
  return count > 1e12 ? 'more than a million million' : String(count);
}

function nameOf({ at: { file, graph } }: BodyDraft): string {
  return graph === undefined ? (file ?? 'this graph') : `${file ?? ''}#${graph}`;
}
