import type { z } from 'zod';
import type { PortType } from '../rows/port-type.ts';

/** A named input of a graph. */
export interface InterfaceInput {
  readonly name: string;
  /** Id of the `input` node. */
  readonly node: string;
  readonly type: PortType;
  readonly doc: string;
  readonly optional: boolean;
  readonly many: boolean;
  readonly formerly: readonly string[];
}

/** A named output of a graph. */
export interface InterfaceOutput {
  readonly name: string;
  /** Id of the `output` node. */
  readonly node: string;
  /** `Anything` if unknown: no source, or one of unknown type. */
  readonly type: PortType;
  readonly doc: string;
  readonly formerly: readonly string[];
}

/** An exposed parameter of a graph. */
export interface InterfaceParam {
  readonly name: string;
  readonly node: string;
  readonly param: string;
  /** With title, help and default for its uses. */
  readonly schema: z.ZodType;
  readonly formerly: readonly string[];
}

/** A graph as a function, each part by its name. */
export interface GraphInterface {
  readonly inputs: ReadonlyMap<string, InterfaceInput>;
  readonly outputs: ReadonlyMap<string, InterfaceOutput>;
  readonly params: ReadonlyMap<string, InterfaceParam>;
}

/**
 * Interface of the graph that a `graph` node names: `#reader` in the same file, or a file's path. Undefined if it is
 * unavailable; validation reports why.
 */
export type InterfaceLookup = (use: string) => GraphInterface | undefined;

/** No graph is available. */
export const noGraphs: InterfaceLookup = () => undefined;

/** Resolves a former name: the current part, unless another part has that name. */
export function renamedPart<
  Part extends { readonly name: string; readonly formerly: readonly string[] },
>(parts: ReadonlyMap<string, Part> | undefined, name: string): Part | undefined {
  if (parts === undefined || parts.has(name)) return undefined;
  for (const part of parts.values()) if (part.formerly.includes(name)) return part;
  return undefined;
}
