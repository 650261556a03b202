import type { ModelKind, ParamField } from '@graft/graph';
import { askForModel, isModelNode } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import type { KeyboardEvent } from 'react';
import { queries } from '../../../api/client.ts';
import { bytes } from '@graft/nodes/kit/ui';
import { useDocument, useOverlay } from '../../../kit/stores.ts';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { TextControl } from '../../../kit/form/text-controls.tsx';
import { ModelRemedies } from '../../../kit/slots.ts';

/** Keys that choose another option of a closed list. */
const choosing = /^(?:Arrow\w+|Page\w+|Home|End|.)$/;

/** Opens a list by the keys that would choose in it unseen: some of its options ask before they are taken. */
function openByKey(event: KeyboardEvent<HTMLSelectElement>): void {
  const { key, ctrlKey, metaKey, currentTarget } = event;
  if (ctrlKey || metaKey || !choosing.test(key) || !('showPicker' in currentTarget)) return;
  event.preventDefault();
  currentTarget.showPicker();
}

function AllModels({ field, ask }: { readonly field: ParamField; readonly ask: () => void }) {
  return (
    <button
      type="button"
      className="button small h-[30px] shrink-0"
      aria-label={`All models … for ${field.title}`}
      title="All models, with sizes, licences and downloads"
      onClick={ask}
    >
      All models …
    </button>
  );
}

/** The name of a model on a server, and the way to all other models: of this computer, of the hub and of servers. */
export function ServedModelControl(props: FieldProps) {
  const { field, node, varied } = props;
  const isOne = useDocument(({ shown }) => isModelNode(shown.nodes[node ?? '']?.type));
  if (node === undefined || !isOne || varied?.values !== undefined)
    return <TextControl {...props} />;
  return (
    <div className="flex gap-1.5">
      <TextControl {...props} />
      <AllModels field={field} ask={() => askForModel(node)} />
    </div>
  );
}

/** The models of this computer of the kind that the parameter asks for, and those that suit it and can be downloaded. */
export function ModelControl(props: FieldProps) {
  const { field, id, value, invalid, describedBy, change, node } = props;
  const { data = [] } = useQuery(queries.catalogue.models.queryOptions());
  const { data: offered } = useQuery(queries.models.offered.queryOptions());
  const fits = ({ kind }: { readonly kind: ModelKind }): boolean =>
    field.modelKind === undefined || kind === field.modelKind;
  const absent = (offered?.models ?? []).filter(
    ({ facts, installed }) => fits(facts) && !installed,
  );
  const isAbsent = new Set(absent.map(({ facts }) => facts.id));
  // The default is offered anywhere: its first run brings it.
  const here = data.filter(
    (model) => fits(model) && (!isAbsent.has(model.id) || model.id === field.default),
  );
  const current = typeof value === 'string' ? value : '';
  const suitable = absent
    .filter(
      ({ facts, recommended }) =>
        recommended !== undefined && ![current, field.default].includes(facts.id),
    )
    .toSorted((a, b) => a.facts.size - b.facts.size);
  const chosen = data.find((model) => fits(model) && model.id === current);
  const ask = (first: string): void =>
    useOverlay.getState().show({
      modelQuestion: {
        ...{ kind: field.modelKind, current, choose: change, first },
        ...(node === undefined ? {} : { node }),
      },
    });
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
          onKeyDown={suitable.length === 0 ? undefined : openByKey}
          // A model that is not here is first looked at, with its licence and its download.
          onChange={({ target }) =>
            here.some((model) => model.id === target.value) || target.value === ''
              ? change(target.value)
              : ask(target.value)
          }
        >
          {mayBeEmpty ? <option value="">not set</option> : null}
          {here.some((model) => model.id === current) || (current === '' && mayBeEmpty) ? null : (
            <option value={current}>{chosen?.title ?? current}</option>
          )}
          {here.map((model) => (
            <option key={model.id} value={model.id}>
              {model.title}
            </option>
          ))}
          {suitable.length === 0 ? null : (
            <optgroup label="Recommended, to download">
              {suitable.map(({ facts: { id: model, title, size } }) => (
                <option key={model} value={model}>
                  {title} · {bytes(size)}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        <AllModels field={field} ask={() => ask(current)} />
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
