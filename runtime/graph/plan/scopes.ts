import { own } from '../base/record.ts';
import { setPrefix } from '../types/structure-nodes.ts';
import { interfaceName } from '../types/structure-params.ts';
import type { BodyDraft } from './read-body.ts';
import { sampleBranch } from './sample-branch.ts';

type Params = Readonly<Record<string, unknown>>;

/** One use of a body: its nodes have paths that begin with `prefix`. */
export interface Scope {
  /** Empty, or `retriever/`. */
  readonly prefix: string;
  readonly body: BodyDraft;
  /** The scope that uses it, and by which node. */
  readonly parent: { readonly scope: Scope; readonly node: string } | undefined;
  readonly children: ReadonlyMap<string, Scope>;
  /** By node, the parameters that were given from outside. */
  readonly given: ReadonlyMap<string, Params>;
  /** Nodes that only feed samples which are not needed. */
  readonly dropped: ReadonlySet<string>;
  /** Ids of its `input` and `output` nodes, by name. */
  readonly ports: InterfaceNodes;
}

interface InterfaceNodes {
  readonly input: ReadonlyMap<string, string>;
  readonly output: ReadonlyMap<string, string>;
}

/** What scopes of one body have in common. */
interface Shared {
  readonly dropped: ReadonlySet<string>;
  readonly ports: InterfaceNodes;
}

/** Opens every use of every body below a root whose expansion has been counted. */
export function openScopes(
  root: BodyDraft,
  {
    read,
    fed,
  }: {
    readonly read: (body: BodyDraft, node: string) => BodyDraft | undefined;
    /** Whether an input of the root is given from outside. */
    readonly fed: (name: string) => boolean;
  },
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
  const open = (body: BodyDraft, prefix: string, parent: Scope['parent']): Scope => {
    const children = new Map<string, Scope>();
    const scope: Scope = {
      ...{ prefix, body, parent, children },
      ...sharedBy(body, parent === undefined),
      given: parent === undefined ? new Map() : givenParams(body, parent),
    };
    scopes.push(scope);
    for (const node of body.uses.keys()) {
      const child = scope.dropped.has(node) ? undefined : read(body, node);
      if (child === undefined) continue;
      children.set(node, open(child, `${prefix}${node}/`, { scope, node }));
    }
    return scope;
  };
  open(root, '', undefined);
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

/** The exposed parameters that a use sets, or that have a default of their own, by the node that has them. */
function givenParams(body: BodyDraft, parent: NonNullable<Scope['parent']>): Map<string, Params> {
  const given = new Map<string, Params>();
  const use = paramsIn(parent.scope, parent.node);
  for (const [name, { node, param, default: fallback }] of Object.entries(
    body.at.body.expose ?? {},
  )) {
    const value = own(use, `${setPrefix}${name}`) ?? fallback;
    if (value === undefined) continue;
    given.set(node, { ...given.get(node), [param]: value });
  }
  return given;
}

/** The parameters of a node of a scope, as they are written and as they are given from outside. */
export function paramsIn(scope: Scope, node: string): Params {
  const written = scope.body.drafts.get(node)?.node.params ?? {};
  const given = scope.given.get(node);
  return given === undefined ? written : { ...written, ...given };
}
