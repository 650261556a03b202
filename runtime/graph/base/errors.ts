/** Who must act on an error: the person using Graft, whoever runs the machine, or the developers. */
export type Audience = 'user' | 'operator' | 'developer';

const graphErrorCodes = [
  'bad-syntax', // the file is not JSON, or not a graph file
  'newer-format', // written by a newer Graft
  'cycle',
  'unknown-type',
  'unknown-param',
  'bad-param',
  'unknown-node',
  'unknown-port',
  'type-mismatch',
  'facet-mismatch',
  'too-many-edges',
  'missing-input',
  'bad-bypass', // a node that is switched off and cannot pass anything on
  'missing-file',
  'lock-differs', // a source has other bytes than its graph was locked to
  'input-changed', // a file holds other bytes than those that were hashed
  'outside-workspace',
  'bad-input', // unreadable document, empty corpus
  'damaged-file', // cut off, or not what its name says: a file to fetch or write anew
  'encrypted-file',
  'bad-encoding', // bytes that are no text of the encoding
  'bad-row', // a row of a table or a line of JSONL that cannot be read
  'missing-column',
  'unsafe-path', // a path in a file, or a link, that leads out of its folder
  'bad-model', // unknown model, digest mismatch, no source reachable
  'stale-save',
  'bad-name', // a file name that is not allowed
  'name-taken', // a file of that name is there already
  'too-large',
  'no-space',
  'store-locked',
  'store-damaged',
  'state-unusable', // a folder that Graft writes to, mostly that of its state, cannot be made or written, or is gone
  'out-of-memory',
  'worker-died',
  'cancelled',
  'limit-reached', // an experiment has had the time that it was given
  'unavailable', // a device or backend that this machine lacks
  'internal',
] as const;
export type GraphErrorCode = (typeof graphErrorCodes)[number];

/** Where a problem is. All parts are optional; known ones are set. */
export interface Location {
  readonly file?: string;
  /** Subgraph of that file. */
  readonly graph?: string;
  readonly node?: string;
  readonly port?: string;
  readonly param?: string;
  /** Index or key within a parameter that is a list or record. */
  readonly entry?: string;
  /** Of a parameter that names files: its path or pattern that matches none. */
  readonly source?: string;
  /** A part of the file that belongs to no node: `experiments.sizes.vary.chunk.size`. */
  readonly field?: string;
  /** 1-based line in the file. */
  readonly line?: number;
  /** For a node within a used subgraph: its id path from the running graph, `retriever/embed`. */
  readonly path?: string;
}

/** A problem as plain data: crosses process borders, and validation returns lists of them. */
export interface Problem {
  readonly code: GraphErrorCode;
  readonly message: string;
  readonly location: Location;
  readonly audience: Audience;
}

export interface GraphErrorOptions {
  readonly location?: Location;
  readonly audience?: Audience;
  readonly cause?: unknown;
  /** All problems if there are several; the error's own is the first. */
  readonly problems?: readonly Problem[];
}

/** Graft's only error class: a stable code, a location, and a message with the remedy. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;
  readonly location: Location;
  readonly audience: Audience;
  readonly problems: readonly Problem[];

  constructor(code: GraphErrorCode, message: string, options: GraphErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.location = options.location ?? {};
    this.audience = options.audience ?? 'user';
    this.problems = options.problems ?? [
      { code, message, location: this.location, audience: this.audience },
    ];
  }

  /** Plain data for IPC, events and the API. */
  toProblem(): Problem {
    return {
      code: this.code,
      message: this.message,
      location: this.location,
      audience: this.audience,
    };
  }

  static fromProblem(problem: Problem): GraphError {
    return new GraphError(problem.code, problem.message, {
      location: problem.location,
      audience: problem.audience,
    });
  }

  /** The error of a recorded problem. A code that this version does not know is `internal`. */
  static fromRecorded({
    code,
    message,
    location,
    audience,
  }: {
    readonly code: string;
    readonly message: string;
    readonly location: { readonly [Part in keyof Location]?: Location[Part] | undefined };
    readonly audience: Audience;
  }): GraphError {
    const known = graphErrorCodes.find((each) => each === code) ?? 'internal';
    const parts = Object.entries(location).filter(([, part]) => part !== undefined);
    return new GraphError(known, message, { location: Object.fromEntries(parts), audience });
  }

  /** Any thrown value as a GraphError; an unexpected one becomes `internal` and keeps its message. */
  static from(error: unknown, location: Location = {}): GraphError {
    if (error instanceof GraphError) {
      if (Object.keys(location).length === 0) return error;
      return new GraphError(error.code, error.message, {
        location: { ...location, ...error.location },
        audience: error.audience,
        cause: error.cause,
      });
    }
    // If cleaning up failed too, the first failure is the reason.
    if (isSuppressed(error)) return GraphError.from(error.suppressed, location);
    const message = error instanceof Error ? error.message : String(error);
    if (isFullDisk(error)) {
      return new GraphError(
        'no-space',
        `The disk is full (${message}). Free some space, for instance with "graft cache gc --max-size", then try again.`,
        { location, audience: 'operator', cause: error },
      );
    }
    return new GraphError('internal', message, { location, audience: 'developer', cause: error });
  }
}

/** By its name: not every version of Node has the class that `using` throws. */
function isSuppressed(error: unknown): error is { readonly suppressed: unknown } {
  return error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error;
}

/** Errors of any write. */
function isFullDisk(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  );
}

/** Input of `formatProblem`: a Problem, or one from an event. */
export interface LocatedMessage {
  readonly message: string;
  readonly location: { readonly [K in keyof Location]?: Location[K] | undefined };
}

/** `file.graft.json: node "embed-1", param "model": message` */
export function formatProblem(problem: LocatedMessage): string {
  const { file, line, graph, node, port, param, field, path } = problem.location;
  const place = [
    file === undefined ? undefined : line === undefined ? file : `${file}:${line}`,
    graph === undefined ? undefined : `graph "${graph}"`,
    node === undefined
      ? undefined
      : path === undefined || path === node
        ? `node "${node}"`
        : `node "${node}" (${path})`,
    port === undefined ? undefined : `port "${port}"`,
    param === undefined ? undefined : `param "${param}"`,
    field,
  ].filter((part) => part !== undefined);
  return place.length === 0 ? problem.message : `${place.join(', ')}: ${problem.message}`;
}
