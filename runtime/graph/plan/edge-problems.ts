import type { GraphErrorCode } from '../base/errors.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import { suggestion } from '../base/message-words.ts';
import { portPhrase, type PortType } from '../rows/port-type.ts';
import { Anything } from '../rows/port-types.ts';
import { list } from './param-problems.ts';
import { own } from '../base/record.ts';

/** Why an edge is invalid, and at which end. */
export interface EdgeProblem {
  readonly code: GraphErrorCode;
  readonly at: 'source' | 'target';
  readonly message: string;
}

/**
 * The ends of an edge, with the ports of their nodes; a definition is undefined if the node type is unknown, which
 * allows everything.
 */
export interface EdgeEnds {
  readonly source: NodeType | undefined;
  readonly sourcePort: string;
  readonly target: NodeType | undefined;
  readonly targetPort: string;
}

/** Checks that both ports exist and have equal types. */
export function edgeProblem(ends: EdgeEnds, registry: Registry): EdgeProblem | undefined {
  const { source, sourcePort, target, targetPort } = ends;
  const output = source === undefined ? undefined : own(source.outputs, sourcePort);
  if (source !== undefined && output === undefined) {
    return {
      code: 'unknown-port',
      at: 'source',
      message: noPort({
        type: source.type,
        side: 'output',
        port: sourcePort,
        ports: source.outputs,
      }),
    };
  }
  const input = target === undefined ? undefined : own(target.inputs, targetPort);
  if (target !== undefined && input === undefined) {
    return {
      code: 'unknown-port',
      at: 'target',
      message: noPort({ type: target.type, side: 'input', port: targetPort, ports: target.inputs }),
    };
  }
  if (output === undefined || input === undefined || flows(output.type, input.type))
    return undefined;
  const between = converters(registry, output.type.id, input.type.id);
  return {
    code: 'type-mismatch',
    at: 'target',
    message: `This input takes ${portPhrase(input.type)}, but the connection brings ${portPhrase(output.type)}.${between.length === 0 ? '' : ` Put ${between.map((title) => `"${title}"`).join(' or ')} between them.`}`,
  };
}

/** An `output` node accepts anything; its type is unknown until a valid edge feeds it. */
function flows(from: PortType, to: PortType): boolean {
  return from.id === to.id || from.id === Anything.id || to.id === Anything.id;
}

function noPort(missing: {
  readonly type: string;
  readonly side: 'input' | 'output';
  readonly port: string;
  readonly ports: object;
}): string {
  const { type, side, port } = missing;
  const ports = Object.keys(missing.ports);
  return `"${type}" has no ${side} "${port}".${suggestion(port, ports) || ` Its ${side}s: ${list(ports)}.`}`;
}

/** Titles of up to three node types that convert one port type into the other. */
function converters(registry: Registry, from: string, to: string): string[] {
  const titles: string[] = [];
  for (const { title, inputs, outputs } of registry.values()) {
    const takes = Object.values(inputs).some(({ type }) => type.id === from);
    if (takes && Object.values(outputs).some(({ type }) => type.id === to)) titles.push(title);
    if (titles.length === 3) break;
  }
  return titles;
}
