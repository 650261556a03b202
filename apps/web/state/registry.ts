import type { Registry } from '@graft/graph';
import { create } from 'zustand';
import { useScreen } from './screen-store.ts';

/** The node types, and what reads their schemas. */
export type NodeTypes = { readonly registry: Registry } & Pick<
  typeof import('./schema-rules.ts'),
  'addNode' | 'GraphLibrary' | 'migrateGraph' | 'paramFields' | 'readRowsOf'
>;
type Source = () => Promise<{ readonly registry: Registry }>;

let source: Source | undefined;
let coming: Promise<NodeTypes> | undefined;

/**
 * The node types, once they have come. The canvas is drawn before, by what the server tells of the file (`told-looks.ts`); they come
 * after that, or with the first thing that needs them.
 */
export const useNodeTypes = create<{ readonly types: NodeTypes | undefined }>()(() => ({
  types: undefined,
}));

/** Says where the node types come from, before anything is drawn; the page imports none by itself. */
export function provideNodeTypes(from: Source): void {
  source = from;
  coming = undefined;
  useNodeTypes.setState({ types: undefined });
}

/** Fetches the node types, once. Rejects where they could not be fetched; the next call tries again. */
export function loadNodeTypes(): Promise<NodeTypes> {
  coming ??= fetchNodeTypes().catch((error: unknown) => {
    coming = undefined;
    throw error;
  });
  return coming;
}

async function fetchNodeTypes(): Promise<NodeTypes> {
  if (source === undefined) throw new Error('Nobody has said where the node types come from.');
  const [{ registry }, rules] = await Promise.all([source(), import('./schema-rules.ts')]);
  const { addNode, GraphLibrary, migrateGraph, paramFields, readRowsOf } = rules;
  const types = { registry, addNode, GraphLibrary, migrateGraph, paramFields, readRowsOf };
  useNodeTypes.setState({ types });
  return types;
}

/** The same, where they have come. */
export const loadedNodeTypes = (): NodeTypes | undefined => useNodeTypes.getState().types;

/** Waits until the node types have come, without asking for them: for what is not needed at the first sight of a graph. */
export function typesHere(): Promise<void> {
  if (loadedNodeTypes() !== undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = useNodeTypes.subscribe(({ types }) => {
      if (types === undefined) return;
      stop();
      resolve();
    });
  });
}

/** Does something at once where the node types are here, else as soon as they have come. */
export function withNodeTypes(act: (types: NodeTypes) => void): void {
  const types = loadedNodeTypes();
  if (types !== undefined) act(types);
  else void loadNodeTypes().then(act, sayUnfetched);
}

/** Says that something that was asked for could not be fetched. */
export function sayUnfetched(): void {
  const message =
    'A part of the page could not be fetched. Check that "graft serve" is still running, then try again; nothing you drew is lost.';
  useScreen.getState().notify({ tone: 'error', message });
}

/** A part of the screen that needs the node types: it is drawn once both have come. */
export async function afterNodeTypes<Part>(part: Promise<Part>): Promise<Part> {
  const [loaded] = await Promise.all([part, loadNodeTypes()]);
  return loaded;
}

/** The node types that the page works with. For what is only there once they have come. */
export function nodeTypes(): Registry {
  const types = loadedNodeTypes();
  if (types === undefined) throw new Error('The node types were asked for before they had come.');
  return types.registry;
}
