import type { ComparedEdge } from '@graft/view';
import { SideHeads } from './side-labels.tsx';

/** Whether a side has an edge, marked where it differs from the first. */
function Has({ has, side }: { readonly has: ComparedEdge['has']; readonly side: number }) {
  const own = has[side];
  const first = has[0];
  if (own === null || own === undefined) return <span className="compare-none">not known</span>;
  const isOther = side > 0 && first !== null && own !== first;
  const word = own ? 'connected' : 'not connected';
  if (isOther) return <mark>{word}</mark>;
  return own ? word : <span className="compare-none">{word}</span>;
}

/** The edges that at least one side lacks. */
export function EdgesTable(props: {
  readonly edges: readonly ComparedEdge[];
  readonly sides: number;
}) {
  const { edges, sides } = props;
  return (
    <div className="compare-scroll" tabIndex={0} role="group" aria-label="Connections">
      <table className="compare-table" data-testid="compared-edges">
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <SideHeads sides={sides} />
          </tr>
        </thead>
        <tbody>
          {edges.map(({ path, from, to, has }) => (
            <tr key={path} title={path}>
              <th scope="row">{from}</th>
              <td>{to}</td>
              {has.map((_, side) => (
                <td key={side}>
                  <Has has={has} side={side} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
