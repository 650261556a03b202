import { sameJson } from '../base/canonical-json.ts';
import {
  embedderWords,
  samePassages,
  type FacetClash,
  type Facets,
  type PortFacets,
} from './facets.ts';

/** Facets of a port with several sources: the parts on which all that know them agree. */
function commonFacets(all: readonly Facets[]): Facets {
  const [first = {}, ...rest] = all;
  if (rest.length === 0) return { ...first, ...allTaught(all) };
  return {
    ...agreed('embedder', all),
    ...agreed('model', all),
    ...commonAdapter(all),
    ...agreed('passages', all),
    ...agreed('form', all),
    ...agreed('evaluation', all),
    ...allTaught(all),
  };
}

function agreed<K extends keyof Facets>(key: K, all: readonly Facets[]): Pick<Facets, K> | object {
  const known = all.filter((facets) => facets[key] !== undefined);
  const [first] = known;
  if (first === undefined || !known.every((facets) => sameJson(facets[key], first[key]))) return {};
  return { [key]: first[key] };
}

function allTaught(all: readonly Facets[]): Pick<Facets, 'taught'> {
  const taught = all.flatMap((facets, edge) =>
    (facets.taught ?? []).map((each) => ({ ...each, edge })),
  );
  return taught.length === 0 ? {} : { taught };
}

/** Adapters of one base may differ in rank and targets. */
function commonAdapter(all: readonly Facets[]): Pick<Facets, 'adapter'> {
  const known = all.flatMap(({ adapter }) => adapter ?? []);
  if (known.length === 0) return {};
  const bases = [...new Set(known.flatMap(({ baseDigest }) => baseDigest ?? []))];
  const targets = known.flatMap((facet) => (facet.targets === undefined ? [] : [facet.targets]));
  const ranks = [...new Set(known.flatMap(({ rank, ranks: several = [] }) => rank ?? several))];
  const [base] = bases;
  const [first] = targets;
  const [rank] = ranks;
  return {
    adapter: {
      ...(base === undefined || bases.length > 1 ? {} : { baseDigest: base }),
      ...(first === undefined || !targets.every((target) => sameJson(target, first))
        ? {}
        : { targets: first }),
      ...(ranks.length > 1 ? { ranks } : rank === undefined ? {} : { rank }),
    },
  };
}

/** Clashes that no node type needs to declare, between the facets of a node's edges. */
export function genericClashes(inputs: Readonly<Record<string, readonly Facets[]>>): FacetClash[] {
  const clashes: FacetClash[] = [];
  const all = Object.entries(inputs).flatMap(([port, list]) =>
    list.map((facets) => ({ port, facets })),
  );
  for (const [port, list] of Object.entries(inputs)) {
    const embedders = list.flatMap((facets) => facets.embedder ?? []);
    const [first] = embedders;
    const other = embedders.find((embedder) => first && samePassages(first, embedder) === false);
    if (first !== undefined && other !== undefined) {
      clashes.push({
        port,
        message: `Vectors of ${embedderWords(first)} and ${embedderWords(other)} cannot be mixed. Use one embedder for both, with the same dimensions and prompt.`,
      });
    }
  }
  for (const [port, list] of Object.entries(inputs)) {
    const bases = new Set(list.flatMap(({ adapter }) => adapter?.baseDigest ?? []));
    if (bases.size < 2) continue;
    clashes.push({
      port,
      message: `These adapters were trained on ${bases.size} different base models. Connect adapters of one base.`,
    });
  }
  for (const { port, facets } of all) {
    const { adapter } = facets;
    if (adapter?.baseDigest === undefined) continue;
    const base = all.flatMap((other) => other.facets.model ?? []);
    const wrong = base.find(({ digest }) => digest !== undefined && digest !== adapter.baseDigest);
    if (wrong === undefined) continue;
    clashes.push({
      port,
      message: `This adapter was not trained on "${wrong.id}". Connect the base model that it was trained on.`,
    });
  }
  return clashes;
}

/** One set of facets for each port. */
export function facetsByPort(inputs: Readonly<Record<string, readonly Facets[]>>): PortFacets {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([, list]) => list.length > 0)
      .map(([port, list]): [string, Facets] => [port, commonFacets(list)]),
  );
}
