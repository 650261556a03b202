import { useQuery } from '@tanstack/react-query';
import { queries } from '../../../api/client.ts';
import { useDocument } from '../../../kit/stores.ts';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { TextLine } from '../../../kit/form/text-controls.tsx';

/** Which graph is used: typed in, or chosen among the subgraphs of the file and the other files of the workspace. */
export function GraphControl({ id, value, invalid, describedBy, change }: FieldProps) {
  const graphs = useDocument((state) => state.graph.graphs);
  const open = useDocument((state) => state.file?.path);
  const { data: files = [] } = useQuery(queries.graphs.list.queryOptions());
  const choices = [
    ...Object.keys(graphs ?? {}).map((name) => `#${name}`),
    ...files.map(({ path }) => path).filter((path) => path !== open),
  ];
  return (
    <>
      <TextLine
        {...{ id, invalid, describedBy, change }}
        list={`${id}-choices`}
        value={typeof value === 'string' ? value : ''}
      />
      <datalist id={`${id}-choices`}>
        {choices.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </>
  );
}
