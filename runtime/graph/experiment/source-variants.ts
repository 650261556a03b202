import { canonicalJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import type { Arm } from '../format/experiment.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphNode } from '../format/graph-body.ts';
import { migrateAll } from '../format/migrate-graph.ts';
import { parseSettingName } from '../format/setting-name.ts';
import { usesGraph, type Registry } from '../types/node-type.ts';
import { applyArm } from './apply-arm.ts';
import { isCountFit } from './variant-count.ts';
import { variantSettings } from './variant-settings.ts';

export interface SourceVariants {
  /** Graphs that together name every file, model and graph that a variant reads beyond the saved file's. */
  readonly graphs: readonly Graph[];
  /** Whether some could not be built: their sources are unknown. */
  readonly partial: boolean;
}

/**
 * The sources of the variants of a file's experiments. Settings of nodes that read nothing do not matter, so there are
 * as many graphs as choices of sources, not as variants.
 */
export function sourceVariants(written: Graph, registry: Registry): SourceVariants {
  if (written.experiments === undefined) return { graphs: [], partial: false };
  const entries = Object.entries(written.experiments);
  const fit = entries.filter(([, experiment]) => isCountFit(experiment));
  const { graph } = migrateAll({ ...written, experiments: Object.fromEntries(fit) }, registry);
  const graphs = new Map<string, Graph>();
  let partial = fit.length < entries.length;
  for (const experiment of Object.values(graph.experiments ?? {})) {
    try {
      for (const { arm, field } of variantSettings(experiment)) {
        const reading = readingPart(graph, arm, registry);
        const key = canonicalJson(reading);
        if (key === '{}' || graphs.has(key)) continue;
        graphs.set(key, applyArm(graph, reading, field));
      }
    } catch {
      // It cannot run as it is; running it reports that.
      partial = true;
    }
  }
  return { graphs: [...graphs.values()], partial };
}

/** The parts of an arm that set or replace nodes with sources. */
function readingPart(graph: Graph, arm: Arm, registry: Registry): Arm {
  const reads = (node: GraphNode | undefined): boolean => {
    const definition = node === undefined ? undefined : registry.get(node.type);
    return definition === undefined || definition.sources !== undefined || usesGraph(definition);
  };
  const replaced = Object.entries(arm.replace ?? {}).filter(([, node]) => reads(node));
  const set = Object.entries(arm.set ?? {}).filter(([key]) => {
    const id = parseSettingName(key)?.node ?? '';
    return reads(own(arm.replace ?? {}, id) ?? own(graph.nodes, id));
  });
  return {
    ...(set.length === 0 ? {} : { set: Object.fromEntries(set) }),
    ...(replaced.length === 0 ? {} : { replace: Object.fromEntries(replaced) }),
  };
}
