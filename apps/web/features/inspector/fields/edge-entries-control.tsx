import type { Graph } from '@graft/graph';
import { useDocument } from '../../../kit/stores.ts';
import { NumberEntry } from '../../../kit/form/numbers-control.tsx';
import { EntryGroup, EntryRow } from '../../../kit/form/entry-group.tsx';
import { TextLine } from '../../../kit/form/text-controls.tsx';
import { isWrongEntry, type FieldProps } from '../../../kit/form/field-props.ts';
import { nodeTypes } from '@graft/view';

/** Titles of the nodes whose edges come into a port, in the order of the edges. */
function sources({ nodes, edges }: Graph, node: string, port: string): string[] {
  return edges
    .filter(({ target, targetPort }) => target === node && targetPort === port)
    .map(({ source }) => {
      const { title, type = '' } = nodes[source] ?? {};
      const name = title ?? nodeTypes().get(type)?.title ?? type;
      return name.toLowerCase() === source.replaceAll('-', ' ') ? name : `${name} · ${source}`;
    });
}

/** The list with its entry `index` set, and those before it given as `standard` where they were not. */
export function withEntry(
  list: readonly unknown[],
  index: number,
  { value, standard }: { readonly value: unknown; readonly standard: unknown },
): unknown[] {
  const length = Math.max(list.length, index + 1);
  return Array.from({ length }, (_, at) => (at === index ? value : (list[at] ?? standard)));
}

/** A number or a text for each edge that comes into a port, such as the weight of each adapter. */
export function EdgeEntriesControl(
  props: FieldProps & { readonly node: string; readonly port: string },
) {
  const { field, id, value, describedBy, change, node, port } = props;
  const graph = useDocument((state) => state.shown);
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const names = sources(graph, node, port);
  const isText = field.entries === 'text';
  /** What an entry counts as where none is given. */
  const standard = isText ? '' : 1;
  const set = (at: number, value: unknown): void =>
    change(withEntry(list, at, { value, standard }));
  if (names.length === 0 && list.length === 0) {
    return (
      <p id={id} className="text-ink-2">
        Connect {port}. Then enter a {isText ? 'text' : 'number'} for each connection here.
      </p>
    );
  }
  const rows = Array.from({ length: Math.max(names.length, list.length) }, (_, at) => at);
  return (
    <EntryGroup {...{ field, describedBy }}>
      {rows.map((at) => {
        const entry = {
          id: at === 0 ? id : undefined,
          label: `${field.title}, ${names[at] ?? `row ${at + 1}`}`,
          invalid: isWrongEntry(props, at),
          change: (next: unknown) => set(at, next),
        };
        return (
          <EntryRow
            key={at}
            name={`row ${at + 1} of ${field.title}`}
            remove={names[at] === undefined ? () => change(list.toSpliced(at, 1)) : undefined}
          >
            <span className="min-w-0 flex-1 truncate" title={names[at]}>
              {names[at] ?? <span className="text-error">no connection</span>}
            </span>
            <span className={isText ? 'w-36 shrink-0' : 'w-24 shrink-0'}>
              {isText ? (
                <TextLine {...entry} value={String(list[at] ?? '')} />
              ) : (
                <NumberEntry {...entry} value={list[at]} placeholder="1" empty={1} />
              )}
            </span>
          </EntryRow>
        );
      })}
    </EntryGroup>
  );
}
