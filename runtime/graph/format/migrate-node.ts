import { GraphError } from '../base/errors.ts';
import { isRecord, own } from '../base/record.ts';
import type { NodeType, Registry } from '../types/node-type.ts';
import { definitionToday } from '../types/registry.ts';
import type { GraphNode } from './graph-body.ts';

/** Names that the migrations of a node changed, from the file's to the current ones. */
export interface Renames {
  readonly inputs: Map<string, string>;
  readonly outputs: Map<string, string>;
  readonly params: Map<string, string>;
}

export interface MigratedNode {
  readonly node: GraphNode;
  readonly renames: Renames;
}

/**
 * Migrates a node to its current definition; undefined if it is current, newer or of an unknown type. Throws what a
 * migration throws, and `internal` for one that returns no params.
 */
export function migrateNode(written: GraphNode, registry: Registry): MigratedNode | undefined {
  const definition = definitionToday(registry, written.type);
  if (definition === undefined || !isOlder(written, definition)) return undefined;
  const isRenamed = definition.type !== written.type;
  const node = isRenamed ? { ...written, type: definition.type, version: 1 } : written;
  const renames: Renames = { inputs: new Map(), outputs: new Map(), params: new Map() };
  let params = node.params;
  for (const migration of definition.migrations) {
    if (migration.from < node.version) continue;
    const next: unknown = migration.params(params);
    if (!isRecord(next)) throw new GraphError('internal', `"${migration.name}" returned no params`);
    params = next;
    compose(renames.inputs, migration.renamedInputs ?? {});
    compose(renames.outputs, migration.renamedOutputs ?? {});
    compose(renames.params, migration.renamedParams ?? {});
  }
  return { node: { ...node, version: definition.version, params }, renames };
}

/** Whether a node is older than its definition. */
export function needsMigration(node: GraphNode, registry: Registry): boolean {
  const definition = definitionToday(registry, node.type);
  return definition !== undefined && isOlder(node, definition);
}

const isOlder = (node: GraphNode, { type, version }: NodeType): boolean =>
  type !== node.type || node.version < version;

/** Chains renames: a → b, then b → c, is a → c. */
function compose(renames: Map<string, string>, later: Readonly<Record<string, string>>): void {
  const taken = new Set(renames.values());
  for (const [before, after] of renames) renames.set(before, own(later, after) ?? after);
  for (const [before, after] of Object.entries(later)) {
    if (!taken.has(before) && !renames.has(before)) renames.set(before, after);
  }
}
