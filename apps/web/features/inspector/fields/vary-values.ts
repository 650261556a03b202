import { setParam, unvaryParam, varyParam, type Graph, type SettingName } from '@graft/graph';
import { undo, nodeTypes } from '@graft/view';
import { useDocument, useScreen } from '../../../kit/stores.ts';
import { showExperiment, useExperiments } from '../../../api/experiments.ts';

/** Several values that are typed for a parameter. */
interface TypedValues {
  readonly values: readonly unknown[];
  /** The value that it has by itself meanwhile. */
  readonly own: unknown;
  /** What people call the parameter. */
  readonly title: string;
}

/** Takes back what was made for values; later edits stay. */
function takeBack(made: Graph, setting: SettingName, experiment: string): void {
  const { graph, editFile } = useDocument.getState();
  if (graph === made) undo();
  else editFile((current) => unvaryParam(current, setting, experiment));
}

/** Has an experiment try several values of a parameter, shows it, and says what was made. One edit. */
export function varyValues(setting: SettingName, { values, own, title }: TypedValues): void {
  const { node, param } = setting;
  const { file, graph: before, editFile } = useDocument.getState();
  const { chosen } = useExperiments.getState();
  const preferred = chosen === null ? {} : { preferred: chosen };
  const isOwn = before.nodes[node]?.params[param] === own;
  const kept = isOwn ? before : setParam(before, setting, own);
  const { graph: made, experiment } = varyParam(kept, setting, {
    ...{ values, registry: nodeTypes() },
    ...preferred,
  });
  editFile(() => made);
  // Refused, as in the graph of an earlier run, which is said.
  if (useDocument.getState().graph !== made) return;
  showExperiment(experiment);
  if (made.experiments === before.experiments) return;
  const isNew = before.experiments?.[experiment] === undefined;
  useScreen.getState().notify({
    ...{ tone: 'info', until: 'run' },
    ...(file === null ? {} : { about: file.path }),
    message: isNew
      ? `Added the experiment “${experiment}”: ${title} ${values.map(String).join(', ')}.`
      : `Added ${title} to the experiment “${experiment}”.`,
    action: { label: 'Undo', run: () => takeBack(made, setting, experiment) },
  });
}
