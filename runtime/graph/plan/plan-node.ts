import type { PlannedNode } from '../format/graph.ts';
import type { Facets } from '../types/facets.ts';
import type { ModelLookup } from '../types/model.ts';
import { nodeFacets } from '../types/node-facets.ts';
import type { NodeType, Source } from '../types/node-type.ts';
import { paramFields } from '../types/param-fields.ts';
import type { NodeDraft } from './node-draft.ts';
import type { ProblemReport } from './problem-report.ts';

interface Known {
  readonly models: ModelLookup;
  /** Of the nodes above, by id. */
  readonly outputFacets: ReadonlyMap<string, PlannedNode['outputFacets']>;
}

/** A draft whose parameters are good, with its sources and facets. Nodes above it come first. */
export function planNode(
  draft: NodeDraft & { readonly id: string; readonly params: PlannedNode['params'] },
  { models, outputFacets: above }: Known,
  report: ProblemReport,
): PlannedNode {
  const { id, definition, params, inputs } = draft;
  const location = { node: id };
  const sources = report.guard(location, () => definition.sources?.(params)) ?? [];
  for (const source of sources) checkSource({ id, definition, source }, models, report);
  const incoming: Record<string, readonly Facets[]> = {};
  for (const [port, feeds] of Object.entries(inputs)) {
    incoming[port] = feeds.map((feed) => above.get(feed.node)?.[feed.port] ?? {});
  }
  const facets = report.guard(location, () => nodeFacets({ definition, params, incoming }, models));
  for (const { port, param, message } of facets?.clashes ?? []) {
    report.add('facet-mismatch', message, {
      ...location,
      ...(port === undefined ? {} : { port }),
      ...(param === undefined ? {} : { param }),
    });
  }
  const { inputFacets = {}, outputFacets = {} } = facets ?? {};
  return { id, definition, params, inputs, inputFacets, outputFacets, sources };
}

function checkSource(
  { id, definition, source }: { id: string; definition: NodeType; source: Source },
  models: ModelLookup,
  report: ProblemReport,
): void {
  if (source.kind !== 'model') return;
  const location = { node: id, param: source.param };
  const facts = report.guard(location, () => models(source.id));
  const kind = paramFields(definition).find(({ name }) => name === source.param)?.modelKind;
  if (facts === undefined) {
    report.add(
      'bad-model',
      `There is no model "${source.id}" in the catalogue. Choose one of "graft models ls", or add it with "graft models import".`,
      location,
    );
  } else if (kind !== undefined && facts.kind !== kind) {
    report.add(
      'bad-model',
      `"${source.id}" is of kind ${facts.kind}; this parameter takes one of kind ${kind}.`,
      location,
    );
  }
}
