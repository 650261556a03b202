import type { AuthoredPlace, PlannedNode } from '../format/plan.ts';
import type { Location } from '../base/errors.ts';
import type { Facets } from '../types/facets.ts';
import { missingModel } from '../rows/model-reference.ts';
import type { ModelLookup } from '../rows/model.ts';
import { nodeFacets } from '../types/node-facets.ts';
import type { NodeType, Source } from '../types/node-type.ts';
import { paramFields } from '../params/param-fields.ts';
import type { FlatNode } from './flat-graph.ts';
import type { ResolveContext } from './graph-library.ts';
import type { ProblemReport } from './problem-report.ts';

interface Known extends Pick<ResolveContext, 'models' | 'tables'> {
  /** Where a node is written, and its name for people; by path. */
  readonly placeOf: (id: string) => { readonly location: Location; readonly name: string };
  /** Planned upstream nodes, by id. */
  readonly outputFacets: ReadonlyMap<string, PlannedNode['outputFacets']>;
}

/** Plans a valid draft, with sources and facets. Upstream nodes come first. */
export function planNode(
  flat: FlatNode & { readonly params: PlannedNode['params'] },
  { models, tables, outputFacets: above, placeOf: otherAt }: Known,
  report: ProblemReport,
): PlannedNode {
  const { id, params, inputs, location } = flat;
  const { definition } = flat.draft;
  const sources = report.guard(location, () => definition.sources?.(params)) ?? [];
  for (const source of sources) checkSource({ location, definition, source }, models, report);
  const incoming: Record<string, readonly Facets[]> = {};
  for (const [port, feeds] of Object.entries(inputs)) {
    incoming[port] = feeds.map((feed) => above.get(feed.node)?.[feed.port] ?? {});
  }
  const named: Record<string, Facets> = {};
  for (const source of sources) {
    if (source.kind !== 'files' || source.tables === undefined) continue;
    const heads = tables?.(source.patterns);
    if (heads !== undefined) named[source.param] = { tables: heads };
  }
  const facets = report.guard(location, () =>
    nodeFacets({ id, definition, params, incoming, named }, models),
  );
  for (const { port, param, message } of facets?.clashes ?? []) {
    report.add('facet-mismatch', message, {
      ...location,
      ...(port === undefined ? {} : { port }),
      ...(param === undefined ? {} : { param }),
    });
  }
  for (const warning of facets?.warnings ?? []) {
    const { port, param, also } = warning;
    const other = also === undefined ? undefined : otherAt(also.node);
    report.warn(warning.message(other?.name ?? ''), {
      ...location,
      ...(port === undefined ? {} : { port }),
      ...(param === undefined ? {} : { param }),
    });
    if (also === undefined || other === undefined) continue;
    report.warn(also.message(otherAt(id).name), {
      ...other.location,
      ...(also.port === undefined ? {} : { port: also.port }),
    });
  }
  const { inputFacets = {}, outputFacets = {} } = facets ?? {};
  const planned = { id, definition, params, inputs, inputFacets, outputFacets, sources };
  return flat.nested ? { ...planned, place: placeOf(flat) } : planned;
}

/** Where a node is written, for its steps. */
export function placeOf({ id, location: { file, graph, node } }: FlatNode): AuthoredPlace {
  return {
    ...(file === undefined ? {} : { file }),
    ...(graph === undefined ? {} : { graph }),
    node: node ?? id,
  };
}

function checkSource(
  {
    location: node,
    definition,
    source,
  }: { location: Location; definition: NodeType; source: Source },
  models: ModelLookup,
  report: ProblemReport,
): void {
  if (source.kind !== 'model') return;
  const location = { ...node, param: source.param };
  const facts = report.guard(location, () => models(source.id));
  const kind = paramFields(definition).find(({ name }) => name === source.param)?.modelKind;
  if (facts === undefined) {
    report.add('bad-model', missingModel(source.id), location);
  } else if (facts.unusable !== undefined) {
    report.add('bad-model', `Graft cannot run "${source.id}": ${facts.unusable}`, location);
  } else if (kind !== undefined && facts.kind !== kind) {
    report.add(
      'bad-model',
      `"${source.id}" has the kind ${facts.kind}. Choose a model of the kind ${kind}.`,
      location,
    );
  }
}
