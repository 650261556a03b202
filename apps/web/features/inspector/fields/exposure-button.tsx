import { exposedAs, exposeParam, unexposeParam, type Graph, type ParamField } from '@graft/graph';
import { CloseIcon } from '../../../kit/icons.tsx';
import { useDocument } from '../../../kit/stores.ts';
import { bodyAt, nodeTypes } from '@graft/view';

/** Whether a graph takes or gives anything by name. */
export function hasInterface({ nodes, expose }: Graph): boolean {
  if (expose !== undefined) return true;
  return Object.values(nodes).some(({ type }) => {
    const structure = nodeTypes().get(type)?.structure;
    return structure === 'input' || structure === 'output';
  });
}

/** Gives a parameter to whoever uses the graph, says under which name it is given, and takes it back. */
export function ExposureButton({
  node,
  field,
}: {
  readonly node: string;
  readonly field: ParamField;
}) {
  const param = field.name;
  const name = useDocument(({ shown }) => exposedAs(shown, { node, param }));
  const toggle = (): void => {
    const { trail, editFile } = useDocument.getState();
    const at = bodyAt(trail);
    editFile((graph) =>
      name === undefined
        ? exposeParam(graph, { at, node, param })
        : unexposeParam(graph, { at, name }),
    );
  };
  const isExposed = name !== undefined;
  // One button for both, so that it keeps the focus.
  return (
    <button
      type="button"
      className={isExposed ? 'chip inline-flex items-center gap-1' : 'quiet-action'}
      {...(isExposed ? { 'data-tone': 'good' } : {})}
      data-testid={`exposed-${param}`}
      title={
        isExposed
          ? 'Stop exposing this parameter'
          : 'Make this parameter settable from outside the graph'
      }
      aria-label={isExposed ? `Stop exposing ${field.title} as “${name}”` : `Expose ${field.title}`}
      onClick={toggle}
    >
      {isExposed ? (
        <>
          exposed as “{name}” <CloseIcon />
        </>
      ) : (
        'Expose'
      )}
    </button>
  );
}
