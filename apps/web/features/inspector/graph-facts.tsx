import { bytes } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import { useGraphFunction, type GraphFunction } from '../../api/graphs/graph-function.ts';
import { bodyAt, commandOf, action } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { focusInspector } from './focus-inspector.ts';
import { modelsOf } from './models-of.ts';

function Fact({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="mt-5">
      <h3 className="font-[550]">{title}</h3>
      <ul className="mt-1 grid gap-0.5">{children}</ul>
    </section>
  );
}

interface EntryProps {
  readonly node: string;
  readonly name: string;
  readonly says: string;
  /** The parameter to show; absent: the node. */
  readonly param?: string;
}

function Entry({ node, name, says, param }: EntryProps) {
  return (
    <li className="flex min-w-0 flex-wrap items-baseline gap-x-2">
      <button
        type="button"
        className="max-w-full min-w-0 truncate hover:underline"
        title={param === undefined ? 'Show this node' : 'Show this parameter'}
        onClick={() => {
          action('showNode')(node);
          if (param !== undefined) focusInspector(node, 'parameters', param);
        }}
      >
        {name}
      </button>
      <span className="text-ink-2">{says}</span>
    </li>
  );
}

/** What the graph takes and gives where it is used as a function. */
function Interface({ of }: { readonly of: GraphFunction }) {
  return (
    <>
      {of.inputs.length === 0 ? null : (
        <Fact title="Inputs">
          {of.inputs.map(({ name, title, doc, node }) => (
            <Entry key={name} node={node} name={title} says={doc} />
          ))}
        </Fact>
      )}
      {of.outputs.length === 0 ? null : (
        <Fact title="Outputs">
          {of.outputs.map(({ name, doc, node }) => (
            <Entry key={name} node={node} name={name} says={doc} />
          ))}
        </Fact>
      )}
    </>
  );
}

/** What a graph takes and gives, and the models that it needs; and the way to learn the screen. */
export function GraphFacts({ children }: { readonly children?: ReactNode }) {
  const graph = useDocument((state) => state.graph);
  const asFunction = useGraphFunction();
  /** Within a subgraph, the inputs and outputs of the file would pass for its own. */
  const isFile = useDocument(({ trail }) => bodyAt(trail) === undefined);
  const models = useMemo(() => modelsOf(graph), [graph]);
  const { data: offered } = useQuery(
    queries.models.offered.queryOptions(undefined, { enabled: models.length > 0 }),
  );
  return (
    <>
      {asFunction !== undefined && isFile ? <Interface of={asFunction} /> : null}
      {models.length === 0 ? null : (
        <Fact title="Models">
          {models.map(({ id, node, param, server }) => {
            if (server !== undefined)
              return (
                <Entry
                  key={`${server} ${id}`}
                  {...{ node, param, name: id, says: `asked at ${server}` }}
                />
              );
            const model = offered?.models.find(({ facts }) => facts.id === id);
            const says =
              offered === undefined
                ? ''
                : model === undefined
                  ? 'not in the catalogue'
                  : `${bytes(model.facts.size)}${model.installed ? '' : model.tested === undefined ? ', downloaded by the first run' : ', not downloaded'}`;
            return <Entry key={id} {...{ node, param, name: model?.facts.title ?? id, says }} />;
          })}
        </Fact>
      )}
      <p className="mt-5 text-ink-2">
        New here?{' '}
        <button type="button" className="text-ink underline" onClick={commandOf('tour').run}>
          Take the tour
        </button>
        . It runs this graph with you.
      </p>
      {children}
    </>
  );
}
