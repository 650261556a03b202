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
  /** Graphs that together name every file, model and graph that a variant reads beside those of the file as it is. */
  readonly graphs: readonly Graph[];
  /** Whether some could not be made: what these would read is not known. */
  readonly partial: boolean;
}

/**
 * What the variants of a file's experiments read. Settings of nodes that read nothing make no difference, so that there
 * are as many graphs as choices of sources, and not as there are variants.
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
      // It cannot run as it is, which is said where it is run.
      partial = true;
    }
  }
  return { graphs: [...graphs.values()], partial };
}

/** What of an arm sets or replaces nodes that read something. */
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
