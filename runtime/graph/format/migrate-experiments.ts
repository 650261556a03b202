import { sameJson } from '../base/canonical-json.ts';
import { own } from '../base/record.ts';
import type { Registry } from '../types/node-type.ts';
import type { Arm, Experiment, Experiments } from './experiment.ts';
import type { GraphNode } from './graph-body.ts';
import { migrateNode, needsMigration, type MigratedNode } from './migrate-node.ts';
import {
  formatMetricName,
  formatSettingName,
  parseMetricName,
  parseSettingName,
} from './setting-name.ts';

type Nodes = Readonly<Record<string, GraphNode>>;

/**
 * Migrates the settings of experiments with the nodes that they set: migrates each value in its node, and reads it
 * under the parameter's new name. A setting that a migration drops stays, so that expansion reports it. `nodes` are the
 * graph's before migration. Returns the same object if nothing changes.
 */
export function migrateExperiments(
  experiments: Experiments,
  nodes: Nodes,
  registry: Registry,
): Experiments {
  const all = [...Object.values(nodes), ...replacedNodes(experiments)];
  if (!all.some((node) => needsMigration(node, registry))) return experiments;
  const migrated = Object.fromEntries(
    Object.entries(experiments).map(([name, experiment]) => [
      name,
      migrateExperiment(experiment, nodes, registry),
    ]),
  );
  return sameJson(migrated, experiments) ? experiments : migrated;
}

/** The nodes that arms put in place of others. */
const replacedNodes = (experiments: Experiments): readonly GraphNode[] =>
  Object.values(experiments)
    .flatMap(({ arms }) => Object.values(arms ?? {}))
    .flatMap(({ replace }) => Object.values(replace ?? {}));

function migrateExperiment(experiment: Experiment, nodes: Nodes, registry: Registry): Experiment {
  const { vary, arms, metrics, lower } = experiment;
  const migrateMetrics = (names: readonly string[]): string[] =>
    names.map((metric) => migrateMetric(metric, nodes, registry));
  return {
    ...experiment,
    ...(vary === undefined ? {} : { vary: migrateVary(vary, nodes, registry) }),
    ...(arms === undefined
      ? {}
      : {
          arms: Object.fromEntries(
            Object.entries(arms).map(([name, arm]) => [name, migrateArm(arm, nodes, registry)]),
          ),
        }),
    ...(metrics === undefined ? {} : { metrics: migrateMetrics(metrics) }),
    ...(lower === undefined ? {} : { lower: migrateMetrics(lower) }),
  };
}

function migrateVary(
  vary: NonNullable<Experiment['vary']>,
  nodes: Nodes,
  registry: Registry,
): NonNullable<Experiment['vary']> {
  return Object.fromEntries(
    Object.entries(vary).map(([key, values]) => {
      const migrated = values.map((value) => migrateSetting(key, value, { nodes, registry }));
      const [first] = migrated;
      const whole = migrated.every((setting) => setting?.key === first?.key);
      if (first === undefined || !whole) return [key, values];
      return [first.key, migrated.map((setting) => setting?.value)];
    }),
  );
}

function migrateArm(arm: Arm, graphNodes: Nodes, registry: Registry): Arm {
  const { set, replace } = arm;
  // Its settings concern the nodes that it puts in.
  const nodes = { ...graphNodes, ...replace };
  return {
    ...arm,
    ...(set === undefined
      ? {}
      : {
          set: Object.fromEntries(
            Object.entries(set).map(([key, value]) => {
              const setting = migrateSetting(key, value, { nodes, registry });
              return setting === undefined ? [key, value] : [setting.key, setting.value];
            }),
          ),
        }),
    ...(replace === undefined
      ? {}
      : {
          replace: Object.fromEntries(
            Object.entries(replace).map(([id, node]) => [
              id,
              migrated(node, registry)?.node ?? node,
            ]),
          ),
        }),
  };
}

/** Undefined if there is nothing to migrate, or the setting's target no longer exists. */
function migrateSetting(
  key: string,
  value: unknown,
  { nodes, registry }: { readonly nodes: Nodes; readonly registry: Registry },
): { readonly key: string; readonly value: unknown } | undefined {
  const name = parseSettingName(key);
  const node = name === undefined ? undefined : own(nodes, name.node);
  if (name === undefined || node === undefined) return undefined;
  const result = migrated({ ...node, params: { ...node.params, [name.param]: value } }, registry);
  if (result === undefined) return undefined;
  const param = result.renames.params.get(name.param) ?? name.param;
  const now = own(result.node.params, param);
  if (now === undefined) return undefined;
  return { key: formatSettingName({ node: name.node, param }), value: now };
}

function migrateMetric(text: string, nodes: Nodes, registry: Registry): string {
  const name = parseMetricName(text);
  const node = name === undefined ? undefined : own(nodes, name.node);
  const port =
    name === undefined || node === undefined
      ? undefined
      : migrated(node, registry)?.renames.outputs.get(name.port);
  return name === undefined || port === undefined ? text : formatMetricName({ ...name, port });
}

/** Undefined for a node of an unknown type, one that is current or newer, and one whose migration fails. */
function migrated(node: GraphNode, registry: Registry): MigratedNode | undefined {
  try {
    return migrateNode(node, registry);
  } catch {
    return undefined;
  }
}
