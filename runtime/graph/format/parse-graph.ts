import { namePattern, nameRule } from '../base/names.ts';
import { readAnnotations, wholePixel } from './annotation.ts';
import { bendsOf, readBends } from './bends.ts';
import { parseEdge, sortEdges, type Edge } from './edge.ts';
import { GraphError, type GraphErrorCode, type Location } from '../base/errors.ts';
import type { Experiments } from './experiment.ts';
import { readExposure } from './exposure.ts';
import type { Graph } from './graph.ts';
import type { Exposure, GraphBody, GraphNode, NodeLayout } from './graph-body.ts';
import { lockKinds, readLockEntry, type Lock, type LockEntry, type LockKind } from './lock.ts';
import { lineAt, readJson, unknownFields } from './json-reader.ts';
import { isRecord } from '../base/record.ts';
import { parseExperiments } from './parse-experiments.ts';

/** The file format that this version writes. */
export const graphFormat = 1;
/** Limits of a file; beyond them reading throws `too-large`. */
export const maxNodes = 200_000;
/** UTF-16 code units; for ASCII text, bytes. */
export const maxText = 64 * 1024 * 1024;

/** Most parameters that a graph may expose: no node form is longer. */
const maxExposed = 1000;
const bodyFields = ['nodes', 'edges', 'expose', 'notes', 'groups', 'layout', 'bends'];
const knownBodyFields = new Set(bodyFields);
const knownFields = new Set([...bodyFields, 'graft', 'graphs', 'experiments', 'lock']);
const knownNodeFields = new Set(['type', 'version', 'title', 'params', 'bypass']);

/**
 * Reads a graph file. Keeps unknown fields and unknown node types. Throws only GraphError `bad-syntax`, `newer-format`
 * or `too-large`, located by line or node. Time is linear in the text.
 */
export function parseGraph(text: string, file?: string): Graph {
  return new GraphReader(text, file).read();
}

class GraphReader {
  readonly #text: string;
  readonly #file: string | undefined;
  /** Nodes of all bodies so far. */
  #nodeCount = 0;
  /** The subgraph being read. */
  #graph: string | undefined;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  read(): Graph {
    if (this.#text.length > maxText) {
      this.#fail('too-large', 'The file is over 64 MiB. Split the graph into several files.');
    }
    const value = readJson(this.#text, this.#file);
    if (!isRecord(value))
      return this.#bad(
        'This is not a graph file. A graph file is a JSON object that begins with "graft": 1.',
      );
    this.#checkFormat(value);
    const body = this.#body(value, knownFields);
    const graphs = this.#graphs(value['graphs'] ?? {});
    const experiments = this.#experiments(value);
    return {
      ...body,
      ...(graphs === undefined ? {} : { graphs }),
      ...(experiments === undefined ? {} : { experiments }),
      lock: this.#lock(value['lock'] ?? {}),
    };
  }

  #body(value: Record<string, unknown>, known: ReadonlySet<string>): GraphBody {
    const extra = unknownFields(value, known);
    const expose = this.#expose(value['expose'] ?? {});
    const nodes = this.#nodes(value['nodes'] ?? {});
    const edges = this.#edges(value['edges'] ?? []);
    const bends =
      readBends(value['bends'] ?? {}) ??
      this.#bad('"bends" should be an object with a list of [x, y] in pixels for each edge.', {
        field: 'bends',
      });
    return {
      ...{ nodes, edges },
      ...(expose === undefined ? {} : { expose }),
      ...readAnnotations(value, (message, field) => this.#bad(message, { field })),
      layout: this.#layout(value['layout'] ?? {}),
      ...bendsOf({ edges, bends }),
      ...(extra === undefined ? {} : { extra }),
    };
  }

  #graphs(value: unknown): Record<string, GraphBody> | undefined {
    if (!isRecord(value))
      return this.#bad('"graphs" should be an object that maps ids to subgraphs.');
    const graphs: Record<string, GraphBody> = {};
    for (const [id, body] of Object.entries(value)) {
      if (!namePattern.test(id)) {
        this.#bad(`${shownName(id)} is not a valid subgraph id. ${nameRule}`);
      }
      this.#graph = id;
      if (!isRecord(body)) {
        return this.#bad('A subgraph should be an object with "nodes" and "edges".');
      }
      graphs[id] = this.#body(body, knownBodyFields);
    }
    this.#graph = undefined;
    return Object.keys(graphs).length === 0 ? undefined : graphs;
  }

  #expose(value: unknown): Record<string, Exposure> | undefined {
    if (!isRecord(value))
      return this.#bad('"expose" should be an object that maps names to parameters.');
    const names = Object.keys(value).length;
    if (names > maxExposed) {
      return this.#bad(
        `The graph exposes ${String(names)} parameters, but may expose at most ${String(maxExposed)}. Expose fewer.`,
      );
    }
    const expose: Record<string, Exposure> = {};
    for (const [name, target] of Object.entries(value)) {
      if (!namePattern.test(name)) {
        this.#bad(`${shownName(name)} is not a valid name of an exposed parameter. ${nameRule}`);
      }
      const exposure = readExposure(target);
      if (typeof exposure === 'string') {
        return this.#bad(`"expose": ${JSON.stringify(name)} ${exposure}.`);
      }
      expose[name] = exposure;
    }
    return Object.keys(expose).length === 0 ? undefined : expose;
  }

  #checkFormat(value: Record<string, unknown>): void {
    const format = Object.hasOwn(value, 'graft') ? value['graft'] : undefined;
    if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) {
      this.#bad('This is not a graph file. A graph file begins with "graft": 1.');
    } else if (format > graphFormat) {
      this.#fail(
        'newer-format',
        `${this.#file ?? 'The file'} has graph format ${format}; this Graft reads up to format ${graphFormat}. Update Graft.`,
      );
    }
  }

  #nodes(value: unknown): Record<string, GraphNode> {
    if (!isRecord(value)) return this.#bad('"nodes" should be an object that maps ids to nodes.');
    const ids = Object.keys(value);
    this.#nodeCount += ids.length;
    if (this.#nodeCount > maxNodes) {
      this.#fail(
        'too-large',
        `The file has ${this.#nodeCount} nodes, but may have at most ${maxNodes}. Split the graph into several files.`,
      );
    }
    const nodes: Record<string, GraphNode> = {};
    for (const id of ids) {
      if (!namePattern.test(id)) {
        this.#bad(`${shownName(id)} is not a valid node id. ${nameRule}`);
      }
      nodes[id] = this.#node({ node: id }, value[id]);
    }
    return nodes;
  }

  #node(location: Location, value: unknown): GraphNode {
    if (!isRecord(value))
      return this.#bad('A node should be an object with "type", "version" and "params".', location);
    const { type, version, title } = value;
    if (typeof type !== 'string' || type === '')
      return this.#bad('"type" should name a node type.', location);
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
      return this.#bad('"version" should be a whole number of 1 or more.', location);
    }
    if (title !== undefined && typeof title !== 'string')
      return this.#bad('"title" should be text.', location);
    const bypass = Object.hasOwn(value, 'bypass') ? value['bypass'] : undefined;
    if (bypass !== undefined && typeof bypass !== 'boolean')
      return this.#bad('"bypass" should be true or false.', location);
    const params = Object.hasOwn(value, 'params') ? value['params'] : {};
    if (!isRecord(params))
      return this.#bad('"params" should be an object that maps parameters to values.', location);
    const extra = unknownFields(value, knownNodeFields);
    return {
      type,
      version,
      ...(title === undefined ? {} : { title }),
      params,
      ...(bypass === true ? { bypass } : {}),
      ...(extra === undefined ? {} : { extra }),
    };
  }

  #experiments(value: Record<string, unknown>): Experiments | undefined {
    if (!Object.hasOwn(value, 'experiments')) return undefined;
    const experiments = parseExperiments(value['experiments'], {
      bad: (message, field) => this.#bad(message, { field }),
      node: (node, field) => this.#node({ field }, node),
    });
    return Object.keys(experiments).length === 0 ? undefined : experiments;
  }

  #edges(value: unknown): readonly Edge[] {
    if (!Array.isArray(value))
      return this.#bad('"edges" should be a list of "source.port -> target.port".');
    return sortEdges(value.map((edge: unknown) => this.#edge(edge)));
  }

  #edge(value: unknown): Edge {
    if (typeof value !== 'string')
      return this.#bad('Each edge should be text: "source.port -> target.port".');
    try {
      return parseEdge(value);
    } catch (error) {
      const at = this.#text.indexOf(JSON.stringify(value));
      const location = at === -1 ? {} : { line: lineAt(this.#text, at) };
      return this.#bad(GraphError.from(error).message, location);
    }
  }

  #lock(value: unknown): Lock {
    if (!isRecord(value)) {
      return this.#bad('"lock" should be an object with "models", "files" and "graphs".');
    }
    const extra = unknownFields(value, new Set(lockKinds));
    return {
      models: this.#lockEntries('models', value),
      files: this.#lockEntries('files', value),
      graphs: this.#lockEntries('graphs', value),
      ...(extra === undefined ? {} : { extra }),
    };
  }

  #lockEntries(kind: LockKind, lock: Record<string, unknown>): Record<string, LockEntry> {
    const value = lock[kind] ?? {};
    if (!isRecord(value))
      return this.#bad(`"lock.${kind}" should be an object that maps names to digests.`);
    return Object.fromEntries(
      Object.entries(value).map(([name, written]): [string, LockEntry] => {
        const entry = readLockEntry(written);
        if (entry !== undefined) return [name, entry];
        return this.#bad(
          `"lock.${kind}" should have, for ${JSON.stringify(name)}, a digest as text, or an object with "digest" and "size".`,
        );
      }),
    );
  }

  #layout(value: unknown): Record<string, NodeLayout> {
    if (!isRecord(value))
      return this.#bad('"layout" should be an object that maps node ids to [x, y].');
    const layout: Record<string, NodeLayout> = {};
    for (const id of Object.keys(value)) {
      const position = value[id];
      const [x, y, fold]: readonly unknown[] = Array.isArray(position) ? position : [];
      if (!namePattern.test(id) || typeof x !== 'number' || typeof y !== 'number') {
        return this.#bad(`"layout" should have [x, y] in pixels for ${JSON.stringify(id)}.`, {
          node: id,
        });
      }
      layout[id] = {
        ...{ x: wholePixel(x), y: wholePixel(y) },
        ...(fold === 'collapsed' ? { collapsed: true } : {}),
      };
    }
    return layout;
  }

  #bad(message: string, location: Location = {}): never {
    return this.#fail('bad-syntax', message, location);
  }

  #fail(code: GraphErrorCode, message: string, location: Location = {}): never {
    throw new GraphError(code, message, {
      location: {
        ...(this.#file === undefined ? {} : { file: this.#file }),
        ...(this.#graph === undefined ? {} : { graph: this.#graph }),
        ...location,
      },
    });
  }
}

const shownName = (name: string): string => JSON.stringify(name.slice(0, 200));
