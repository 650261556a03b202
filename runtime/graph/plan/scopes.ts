import { own } from '../base/record.ts';
import { interfaceName, roundParam, setPrefix } from '../types/structure-names.ts';
import type { BodyDraft } from './read-body.ts';
import type { NodeDraft } from './node-draft.ts';

type Params = Readonly<Record<string, unknown>>;

/** One use of a body: the paths of its nodes begin with `prefix`. */
export interface Scope {
  /** Empty, or `retriever/`. */
  readonly prefix: string;
  readonly body: BodyDraft;
  /** The scope that uses it, and the node that does. */
  readonly parent: { readonly scope: Scope; readonly node: string } | undefined;
  /** The round of a loop: then its inputs come with the round. */
  readonly round: number | undefined;
  readonly children: ReadonlyMap<string, Scope>;
  /** By node, the parameters given from outside. */
  readonly given: ReadonlyMap<string, Params>;
  /** By node, those that hold the number of a round. */
  readonly numbered: ReadonlyMap<string, ReadonlySet<string>>;
  /** Nodes that only feed unneeded samples. */
  readonly dropped: ReadonlySet<string>;
  /** Ids of its `input` and `output` nodes, by name. */
  readonly ports: InterfaceNodes;
}

interface InterfaceNodes {
  readonly input: ReadonlyMap<string, string>;
  readonly output: ReadonlyMap<string, string>;
}

/** Shared data of the scopes of one body. */
interface Shared {
  readonly dropped: ReadonlySet<string>;
  readonly ports: InterfaceNodes;
}

interface Opening {
  readonly read: (body: BodyDraft, node: string) => BodyDraft | undefined;
  /** Whether an input of the root is given from outside. */
  readonly fed: (name: string) => boolean;
}

/** Opens every use of every body below a root whose size was checked, except loops. */
export function openScopes(root: BodyDraft, opening: Opening): readonly Scope[] {
  return open(root, { prefix: '', parent: undefined, round: undefined }, opening);
}

/** Opens a round of a loop: its graph, with everything that it uses. */
export function openRound(
  body: BodyDraft,
  use: Pick<Scope, 'prefix' | 'parent' | 'round'>,
  read: Opening['read'],
): readonly Scope[] {
  return open(body, use, { read, fed: () => true });
}

function open(
  root: BodyDraft,
  use: Pick<Scope, 'prefix' | 'parent' | 'round'>,
  { read, fed }: Opening,
): readonly Scope[] {
  const shared = new Map<BodyDraft, Shared>();
  const sharedBy = (body: BodyDraft, isRoot: boolean): Shared => {
    const known = isRoot ? undefined : shared.get(body);
    if (known !== undefined) return known;
    const made: Shared = {
      dropped: sampleBranch(
        body.drafts,
        (id, { node }) => !isRoot || fed(interfaceName(id, node.params)),
      ),
      ports: interfaceNodes(body),
    };
    if (!isRoot) shared.set(body, made);
    return made;
  };
  const scopes: Scope[] = [];
  const openOne = (body: BodyDraft, at: Pick<Scope, 'prefix' | 'parent' | 'round'>): Scope => {
    const children = new Map<string, Scope>();
    const scope: Scope = {
      ...{ body, ...at, children },
      ...sharedBy(body, at === use),
      ...givenParams(body, at),
    };
    scopes.push(scope);
    for (const [node, { definition }] of body.drafts) {
      if (definition.structure !== 'graph' || scope.dropped.has(node)) continue;
      const child = read(body, node);
      if (child === undefined) continue;
      const prefix = `${at.prefix}${node}/`;
      const parent = { scope, node };
      children.set(node, openOne(child, { prefix, parent, round: undefined }));
    }
    return scope;
  };
  openOne(root, use);
  return scopes;
}

function interfaceNodes({ drafts }: BodyDraft): InterfaceNodes {
  const ports = { input: new Map<string, string>(), output: new Map<string, string>() };
  for (const [id, { node, definition }] of drafts) {
    const { structure } = definition;
    if (structure !== 'input' && structure !== 'output') continue;
    const name = interfaceName(id, node.params);
    if (!ports[structure].has(name)) ports[structure].set(name, id);
  }
  return ports;
}

/** The exposed parameters that a use sets or that have their own default, by node. */
function givenParams(
  body: BodyDraft,
  { parent, round }: Pick<Scope, 'parent' | 'round'>,
): Pick<Scope, 'given' | 'numbered'> {
  const given = new Map<string, Params>();
  const numbered = new Map<string, Set<string>>();
  if (parent === undefined) return { given, numbered };
  const use = paramsIn(parent.scope, parent.node);
  const numberedUse = parent.scope.numbered.get(parent.node);
  for (const [name, { node, param, default: fallback }] of Object.entries(
    body.at.body.expose ?? {},
  )) {
    const isRound = round !== undefined && name === roundParam;
    const value = isRound ? round : (own(use, `${setPrefix}${name}`) ?? fallback);
    if (value === undefined) continue;
    given.set(node, { ...given.get(node), [param]: value });
    if (!isRound && numberedUse?.has(`${setPrefix}${name}`) !== true) continue;
    numbered.set(node, (numbered.get(node) ?? new Set()).add(param));
  }
  return { given, numbered };
}

/** The parameters of a node of a scope, as written and as given from outside. */
export function paramsIn(scope: Scope, node: string): Params {
  const written = scope.body.drafts.get(node)?.node.params ?? {};
  const given = scope.given.get(node);
  return given === undefined ? written : { ...written, ...given };
}

/**
 * The nodes that only feed samples to inputs with outside values: all their edges lead there. Planning leaves them out.
 */
function sampleBranch(
  drafts: ReadonlyMap<string, NodeDraft>,
  fed: (id: string, draft: NodeDraft) => boolean,
): ReadonlySet<string> {
  const branch = new Set<string>();
  const inputs = [...drafts].filter(
    ([id, draft]) => draft.definition.structure === 'input' && fed(id, draft),
  );
  if (inputs.every(([, { inputs: ports }]) => (ports['sample'] ?? []).length === 0)) return branch;
  /** Number of edges out of each node that remain. */
  const wanted = new Map<string, number>();
  for (const { inputs: ports } of drafts.values()) {
    for (const { node } of Object.values(ports).flat())
      wanted.set(node, (wanted.get(node) ?? 0) + 1);
  }
  const unwanted = inputs.flatMap(([, { inputs: ports }]) => ports['sample'] ?? []);
  for (let feed = unwanted.pop(); feed !== undefined; feed = unwanted.pop()) {
    const left = (wanted.get(feed.node) ?? 0) - 1;
    wanted.set(feed.node, left);
    const source = left === 0 ? drafts.get(feed.node) : undefined;
    if (source === undefined || source.definition.structure === 'input') continue;
    branch.add(feed.node);
    for (const feeds of Object.values(source.inputs)) {
      for (const next of feeds) unwanted.push(next);
    }
  }
  return branch;
}
