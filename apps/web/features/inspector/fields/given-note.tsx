import { count } from '@graft/nodes/kit/ui';
import { useDocument } from '../../../kit/stores.ts';
import { givenParams } from '@graft/view';

/** Says what a parameter is given in this use of the graph, whatever is written in the graph itself. */
export function GivenNote({ node, param }: { readonly node: string; readonly param: string }) {
  const graph = useDocument((state) => state.graph);
  const trail = useDocument((state) => state.trail);
  const given = Object.entries(givenParams(graph, trail, node)).find(([name]) => name === param);
  if (given === undefined) return null;
  const [, value] = given;
  const last = trail.at(-1);
  const shown = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return (
    <p className="font-[550]" data-testid={`given-${param}`}>
      {last?.round === undefined
        ? `“${last?.node ?? ''}” set this to ${shown}.`
        : `Round ${count(last.round)} of “${last.node}” set this to ${shown}.`}
    </p>
  );
}
