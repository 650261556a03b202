import {
  setParam,
  unvaryParam,
  variedParam,
  varyParam,
  type NodeType,
  type ParamField,
} from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { CloseIcon } from '../../../kit/icons.tsx';
import { useDocument } from '../../../kit/stores.ts';
import { showExperiment, useExperiments } from '../../../api/experiments.ts';
import { nodeTypes } from '@graft/view';
import type { Varied } from '../../../kit/form/field-props.ts';
import { varyValues } from './vary-values.ts';

/** Undefined within a subgraph: what an experiment sets is of the file's own nodes. */
export function useVaried(node: string, field: ParamField): Varied | undefined {
  const graph = useDocument((state) => state.graph);
  const within = useDocument(({ trail }) => trail.length > 0);
  const chosen = useExperiments((state) => state.chosen) ?? undefined;
  const at = { node, param: field.name };
  if (within) return undefined;
  const tried = variedParam(graph, at, chosen);
  return {
    ...(tried === undefined ? {} : { tried }),
    ...(tried?.isTyped === true ? { values: tried.values } : {}),
    vary: (values, own) => varyValues(at, { values, own, title: field.title }),
    replace(values) {
      const choice = { values, registry: nodeTypes(), replace: tried?.experiment };
      useDocument.getState().edit((before) => varyParam(before, at, choice).graph);
    },
    unvary(own) {
      useDocument.getState().edit((before) => {
        const kept = own === undefined ? before : setParam(before, at, own);
        return tried?.isTyped === true ? unvaryParam(kept, at, tried.experiment) : kept;
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

/** Says that an experiment tries several values of a parameter, leads to it, and takes away those that stand in its field. */
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
  const { tried, unvary } = varied;
  if (tried === undefined || own === undefined) return null;
  const { values, experiment, isTyped } = tried;
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
      {isTyped ? (
        <button
          type="button"
          className="hover:text-ink"
          aria-label={`One value of ${field.title} only`}
          onClick={() => unvary()}
        >
          <CloseIcon />
        </button>
      ) : null}
    </span>
  );
}
