import type { z } from 'zod';
import type { PortType } from '../rows/port-type.ts';

/** What a graph takes under a name. */
export interface InterfaceInput {
  readonly name: string;
  /** The `input` node. */
  readonly node: string;
  readonly type: PortType;
  readonly doc: string;
  readonly optional: boolean;
  readonly many: boolean;
  readonly formerly: readonly string[];
}

/** What a graph gives under a name. */
export interface InterfaceOutput {
  readonly name: string;
  /** The `output` node. */
  readonly node: string;
  /** `Anything` where it is not known: nothing, or something unknown, feeds it. */
  readonly type: PortType;
  readonly doc: string;
  readonly formerly: readonly string[];
}

/** A parameter that a graph gives to who uses it. */
export interface InterfaceParam {
  readonly name: string;
  readonly node: string;
  readonly param: string;
  /** With title, help and default as a use sees them. */
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
 * The interface of the graph that a `graph` node names: `#reader` of the file that writes it, or a file's path.
 * Undefined where there is none to be had; why is said by validation.
 */
export type InterfaceLookup = (use: string) => GraphInterface | undefined;

/** Where no graph can be used. */
export const noGraphs: InterfaceLookup = () => undefined;

/** What a name was called before: the part of today, if there is none of that name. */
export function renamedPart<
  Part extends { readonly name: string; readonly formerly: readonly string[] },
>(parts: ReadonlyMap<string, Part> | undefined, name: string): Part | undefined {
  if (parts === undefined || parts.has(name)) return undefined;
  for (const part of parts.values()) if (part.formerly.includes(name)) return part;
  return undefined;
}
