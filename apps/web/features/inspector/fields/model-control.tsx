import { useQuery } from '@tanstack/react-query';
import { queries } from '../../../api/client.ts';
import { bytes } from '@graft/nodes/kit/ui';
import { useOverlay } from '../../../kit/stores.ts';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { ModelRemedies } from '../../../kit/slots.ts';

/** The catalogue's models of the kind that the parameter asks for. */
export function ModelControl(props: FieldProps) {
  const { field, id, value, invalid, describedBy, change, node } = props;
  const { data = [] } = useQuery(queries.catalogue.models.queryOptions());
  const offered = data.filter(
    (model) => field.modelKind === undefined || model.kind === field.modelKind,
  );
  const current = typeof value === 'string' ? value : '';
  const chosen = offered.find((model) => model.id === current);
  const mayBeEmpty = field.default === '';
  return (
    <>
      <div className="flex gap-1.5">
        <select
          id={id}
          className="field"
          value={current}
          aria-invalid={invalid}
          aria-describedby={describedBy}
          onChange={(event) => change(event.target.value)}
        >
          {mayBeEmpty ? <option value="">not set</option> : null}
          {chosen !== undefined || (current === '' && mayBeEmpty) ? null : (
            <option value={current}>{current}</option>
          )}
          {offered.map((model) => (
            <option key={model.id} value={model.id}>
              {model.title}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="button small h-[30px]"
          aria-label={`Choose ${field.title}`}
          title="All models, with sizes, licences and downloads"
          onClick={() =>
            useOverlay.getState().show({
              modelQuestion: {
                ...{ kind: field.modelKind, current, choose: change },
                ...(node === undefined ? {} : { node }),
              },
            })
          }
        >
          …
        </button>
      </div>
      {chosen === undefined ? null : (
        <p className="mt-1 text-sm text-ink-2">
          {[
            bytes(chosen.size),
            chosen.dimension === undefined ? undefined : `${chosen.dimension} wide`,
            `${chosen.contextLength.toLocaleString('en')} tokens of context`,
          ]
            .filter((part) => part !== undefined)
            .join(' · ')}
        </p>
      )}
      <div className="mt-1 text-sm">
        <ModelRemedies id={current} kind={field.modelKind} choose={change} node={node} />
      </div>
    </>
  );
}
