import { letterOf } from '@graft/view';

/** The head of a column for each side. */
export function SideHeads({ sides }: { readonly sides: number }) {
  return Array.from({ length: sides }, (_, at) => (
    <th key={at} scope="col">
      <span className="side-letter">{letterOf(at)}</span>
    </th>
  ));
}
