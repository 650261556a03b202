import { suggestion } from '../base/message-words.ts';
import { own } from '../base/record.ts';
import { formatTarget } from '../format/exposure.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { usesGraph, type NodeType } from '../types/node-type.ts';
import { interfaceName } from '../types/structure-names.ts';
import type { InterfaceContext } from './body-interface.ts';
import type { NodeDraft } from './node-draft.ts';
import { nodeName } from './node-name.ts';
import type { ProblemReport } from './problem-report.ts';

type Drafts = ReadonlyMap<string, NodeDraft>;

/** Reports two inputs or outputs of one name, and invalid exposed parameters. */
export function reportInterface(
  body: GraphBody,
  context: InterfaceContext & { readonly drafts: Drafts },
  report: ProblemReport,
): void {
  const { drafts } = context;
  for (const side of ['input', 'output'] as const) {
    const byName = new Map<string, string>();
    for (const [id, { node, definition }] of drafts) {
      if (definition.structure !== side) continue;
      const name = interfaceName(id, node.params);
      const first = byName.get(name);
      if (first === undefined) byName.set(name, id);
      else {
        report.add(
          'bad-param',
          `The graph already has an ${side} "${name}", at ${nodeName(body, first, context.registry)}. Rename one of them.`,
          { node: id, param: 'name' },
        );
      }
    }
  }
  for (const [name, exposure] of Object.entries(body.expose ?? {})) {
    const at = { ...(Object.hasOwn(body.nodes, exposure.node) ? { node: exposure.node } : {}) };
    const why = exposureProblem(body, name, drafts);
    if (why !== undefined) {
      report.add(
        'unknown-param',
        `The exposed parameter "${name}" is ${formatTarget(exposure)}, ${why}`,
        at,
      );
    }
  }
}

/** Parameters of a node that uses a graph that determine its ports. */
const structuring: ReadonlySet<string> = new Set(['use', 'while', 'collect']);

/** Whether a parameter determines the graph itself: nobody may set such parameters from outside. */
export function isInterfaceParam(definition: Pick<NodeType, 'structure'>, param: string): boolean {
  const { structure } = definition;
  if (structure === 'input' || structure === 'output') return true;
  return usesGraph(definition) && structuring.has(param);
}

function exposureProblem(body: GraphBody, name: string, drafts: Drafts): string | undefined {
  const { node = '', param = '', default: fallback } = own(body.expose ?? {}, name) ?? {};
  if (!Object.hasOwn(body.nodes, node)) {
    return `but there is no node "${node}".${suggestion(node, Object.keys(body.nodes))}`;
  }
  const definition = drafts.get(node)?.definition;
  // The node has a problem of its own.
  if (definition === undefined) return undefined;
  if (isInterfaceParam(definition, param)) {
    return 'which defines the ports of the graph and cannot be set from outside. Expose another parameter.';
  }
  const { params } = definition;
  const schema = own(params.shape, param);
  if (schema === undefined) {
    const names = Object.keys(params.shape);
    return `but "${definition.type}" has no such parameter.${suggestion(param, names)}`;
  }
  if (fallback === undefined || !('safeParse' in schema)) return undefined;
  return schema.safeParse(fallback).success
    ? undefined
    : 'which does not accept the default given there. Correct or remove the default.';
}
