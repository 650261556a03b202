import { namePattern } from '../base/names.ts';
import { GraphError } from '../base/errors.ts';
import type { NodeType, Registry } from './node-type.ts';
import { own } from '../base/record.ts';
import { structuralTypes } from './structure-nodes.ts';

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Builds the registry of some definitions and of the types that every graph may use (`structuralTypes`). Throws
 * GraphError `internal` (for developers) if a definition breaks the contract: a type that is taken or not kebab-case, a
 * parameter without a default, params that accept unknown fields, a gap in the migrations, items over something that is
 * not an input.
 */
export function createRegistry(definitions: readonly NodeType[]): Registry {
  const registry = new Map<string, NodeType>();
  for (const definition of [...structuralTypes, ...definitions]) {
    if (registry.has(definition.type))
      refuse(definition, 'its type is taken by another definition');
    checkDefinition(definition);
    registry.set(definition.type, definition);
  }
  const former = new Set<string>();
  for (const definition of definitions) {
    for (const type of definition.formerly ?? []) {
      if (registry.has(type) || former.has(type))
        refuse(definition, `its former type "${type}" is taken by another definition`);
      former.add(type);
    }
  }
  return registry;
}

const formerTypes = new WeakMap<Registry, ReadonlyMap<string, NodeType>>();

/** The current definition for a type, also for a replaced one; undefined if the type is unknown. */
export function definitionToday(registry: Registry, type: string): NodeType | undefined {
  const definition = registry.get(type);
  if (definition !== undefined) return definition;
  let former = formerTypes.get(registry);
  if (former === undefined) {
    former = new Map(
      [...registry.values()].flatMap((definition) =>
        (definition.formerly ?? []).map((name) => [name, definition]),
      ),
    );
    formerTypes.set(registry, former);
  }
  return former.get(type);
}

function checkDefinition(definition: NodeType): void {
  if (!kebabCase.test(definition.type)) refuse(definition, 'its type is not kebab-case');
  for (const version of [definition.version, definition.implementation]) {
    if (!Number.isSafeInteger(version) || version < 1) refuse(definition, 'versions count from 1');
  }
  for (const port of [...Object.keys(definition.inputs), ...Object.keys(definition.outputs)]) {
    if (!namePattern.test(port)) refuse(definition, `"${port}" cannot be the name of a port`);
  }
  checkParams(definition);
  checkMigrations(definition);
  checkItems(definition);
}

function checkItems(definition: NodeType): void {
  const { items } = definition;
  if (items === undefined) return;
  if (Object.keys(definition.outputs).length !== 1) {
    refuse(definition, 'a map-type node has exactly one output');
  }
  if (typeof items.over !== 'string') {
    if (!Object.hasOwn(definition.params.shape, items.over.files)) {
      refuse(definition, `its items are the files of "${items.over.files}", which is no parameter`);
    }
    return;
  }
  const over = own(definition.inputs, items.over);
  if (over === undefined)
    refuse(definition, `its items are over "${items.over}", which is no input`);
  if (over?.many === true || over?.optional === true) {
    refuse(definition, `its items are over "${items.over}", which must take exactly one edge`);
  }
}

function checkParams(definition: NodeType): void {
  const empty = definition.params.safeParse({});
  if (!empty.success) {
    const field = empty.error.issues[0]?.path.join('.') ?? '';
    refuse(definition, `its parameter "${field}" lacks a default`);
  }
  if (definition.params.safeParse({ 'no such parameter': 1 }).success) {
    refuse(definition, 'its params must be a z.strictObject');
  }
}

function checkMigrations(definition: NodeType): void {
  const { migrations, version } = definition;
  if (migrations.length !== version - 1 || migrations.some(({ from }, i) => from !== i + 1)) {
    refuse(
      definition,
      `version ${version} needs migrations from 1 to ${version - 1}, in order and without gaps`,
    );
  }
  const names = new Set(migrations.map(({ name }) => name));
  if (names.size !== migrations.length || names.has('')) {
    refuse(definition, 'each migration needs a name of its own');
  }
}

function refuse(definition: NodeType, why: string): never {
  throw new GraphError('internal', `Node type "${definition.type}": ${why}.`, {
    audience: 'developer',
  });
}
