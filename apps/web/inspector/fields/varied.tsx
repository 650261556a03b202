import {
  setParam,
  unvaryParam,
  variedParam,
  varyParam,
  type NodeType,
  type ParamField,
} from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { CloseIcon } from '../../shell/icons.tsx';
import { useDocument } from '../../state/document-store.ts';
import { showExperiment, useExperiments } from '../../state/experiment-actions.ts';
import { nodeTypes } from '../../state/registry.ts';

/** The several values that a parameter is given by an experiment of the file. */
export interface Varied {
  /** Absent: it has one. */
  readonly values?: readonly unknown[];
  /** Name of the experiment that tries them. */
  readonly experiment?: string;
  /** Gives it several; `own` is what it has by itself meanwhile. One edit. */
  vary(values: readonly unknown[], own: unknown): void;
  /** Gives it one again: `own`, else what it has by itself. One edit. */
  unvary(own?: unknown): void;
}

/** Undefined within a subgraph: what an experiment sets is of the file's own nodes. */
export function useVaried(node: string, field: ParamField): Varied | undefined {
  const graph = useDocument((state) => state.graph);
  const within = useDocument(({ trail }) => trail.length > 0);
  const chosen = useExperiments((state) => state.chosen) ?? undefined;
  const at = { node, param: field.name };
  const preferred = chosen === undefined ? {} : { preferred: chosen };
  if (within) return undefined;
  const varied = variedParam(graph, at, chosen);
  const { edit } = useDocument.getState();
  return {
    ...varied,
    vary(values, own) {
      edit((before) => {
        const same = before.nodes[node]?.params[field.name] === own;
        const kept = same ? before : setParam(before, at, own);
        return varyParam(kept, at, { values, registry: nodeTypes(), ...preferred });
      });
      const name = variedParam(useDocument.getState().graph, at, chosen)?.experiment;
      if (name !== undefined) useExperiments.setState({ chosen: name });
    },
    unvary(own) {
      if (varied === undefined) return;
      edit((before) => {
        const kept = own === undefined ? before : setParam(before, at, own);
        return unvaryParam(kept, at, varied.experiment);
      });
    },
  };
}

/** Those values that the parameter cannot have: their variants are refused. */
function refused(type: NodeType | undefined, params: object, varied: VariedValues): unknown[] {
  return varied.values.filter((value) => {
    const parsed = type?.params.safeParse({ ...params, [varied.param]: value });
    return parsed?.error?.issues.some(({ path }) => path[0] === varied.param) === true;
  });
}

interface VariedValues {
  readonly param: string;
  readonly values: readonly unknown[];
}

/** Says that a parameter has several values, leads to their experiment, and takes all but its own away. */
export function SeveralChip({
  node,
  field,
  varied,
}: {
  readonly node: string;
  readonly field: ParamField;
  readonly varied: Varied;
}) {
  const own = useDocument((state) => state.graph.nodes[node]);
  const { values, experiment = '', unvary } = varied;
  if (values === undefined || own === undefined) return null;
  const wrong = refused(nodeTypes().get(own.type), own.params, { param: field.name, values });
  return (
    <span
      className="chip inline-flex items-center gap-1"
      data-tone={wrong.length === 0 ? 'good' : 'bad'}
      data-testid={`several-${field.name}`}
    >
      <button
        type="button"
        className="hover:underline"
        title={`The experiment “${experiment}” tries these values: show it`}
        onClick={() => showExperiment(experiment)}
      >
        {plural(values.length, 'value')}
        {wrong.length === 0 ? '' : `, not ${wrong.map((value) => `“${String(value)}”`).join(', ')}`}
      </button>
      <button
        type="button"
        className="hover:text-ink"
        aria-label={`One value of ${field.title} only`}
        onClick={() => unvary()}
      >
        <CloseIcon />
      </button>
    </span>
  );
}
