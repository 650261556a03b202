import { plural, type InputPort, type NodeType, type OutputPort } from '@graft/graph';
import { changedParams } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/client.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { openFile } from '../../api/graphs/open-file.ts';
import { familyColour } from '../../kit/node-types.ts';
import { Settings } from '../../kit/notebook/cell-frame.tsx';
import { useOverlay } from '../../kit/stores.ts';

function PortList(props: {
  readonly title: string;
  readonly ports: Readonly<Record<string, InputPort | OutputPort>>;
}) {
  const ports = Object.entries(props.ports);
  if (ports.length === 0) return null;
  return (
    <section className="mt-4">
      <h3 className="font-semibold">{props.title}</h3>
      <dl>
        {ports.map(([name, port]) => (
          <div key={name} className="mt-1.5">
            <dt className="flex items-center gap-2">
              <i className="group-square" style={{ '--c': familyColour(port.type.family) }} />
              {name}
              <span className="text-ink-2">
                {port.type.id}
                {'optional' in port && port.optional === true ? ', optional' : ''}
                {'many' in port && port.many === true ? ', any number' : ''}
              </span>
            </dt>
            <dd className="pl-4 text-ink-2">{port.doc}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const cachingText = {
  pure: 'Its result is reused while its inputs, parameters and files stay the same.',
  seeded: 'Its result is reused while its inputs, parameters and seed stay the same.',
  volatile: 'Its result is never reused.',
};

/** Examples that are named; of more, how many. */
const namedUses = 6;

/** How an example sets a node of this type, and which others have one. */
function Uses({ definition }: { readonly definition: NodeType }) {
  const { data: uses = [] } = useQuery(
    queries.graphs.exampleUses.queryOptions({ type: definition.type }, { staleTime: Infinity }),
  );
  const { data: files = [] } = useQuery(queries.graphs.list.queryOptions());
  const settingsOf = ({ params }: (typeof uses)[number]) => changedParams(params, definition);
  // One that is left to its defaults shows nothing.
  const first = uses.find((use) => Object.keys(settingsOf(use)).length > 0) ?? uses[0];
  if (first === undefined) return null;
  const open = (path: string): void => {
    if (files.some((file) => file.path === path)) void openFile(path);
    else useOverlay.getState().show({ gallery: true });
  };
  const left = uses.length - namedUses;
  return (
    <>
      <section className="mt-4" aria-label="Example">
        <h3 className="font-semibold">Example</h3>
        <p className="text-ink-2">
          {first.title ?? definition.title} in {fileTitle(first.path).split('/').at(-1)}:
        </p>
        <div className="cell-settings !px-0">
          <Settings params={settingsOf(first)} />
        </div>
      </section>
      <section className="mt-3" aria-label="Used in">
        <h3 className="font-semibold">Used in</h3>
        <ul>
          {uses.slice(0, namedUses).map(({ path }) => (
            <li key={path}>
              <button
                type="button"
                className="max-w-full truncate text-ink-2 hover:text-ink hover:underline"
                title={path}
                onClick={() => open(path)}
              >
                {fileTitle(path).split('/').at(-1)}
              </button>
            </li>
          ))}
        </ul>
        {left > 0 ? <p className="text-ink-2">and {plural(left, 'more example')}</p> : null}
      </section>
    </>
  );
}

/** What the node type does, takes and gives. */
export function AboutTab({ definition }: { readonly definition: NodeType }) {
  return (
    <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
      <p>{definition.doc}</p>
      <PortList title="Inputs" ports={definition.inputs} />
      <PortList title="Outputs" ports={definition.outputs} />
      <Uses definition={definition} />
      <section className="mt-4">
        <h3 className="font-semibold">Running</h3>
        <p className="text-ink-2">
          {cachingText[definition.caching]}
          {definition.items === undefined
            ? ''
            : ' It works row by row: only new rows are computed.'}
          {definition.device.needs === 'accelerator' ? ' It uses a GPU where there is one.' : ''}
        </p>
        <p className="mt-1 font-mono text-[11.5px] text-ink-2">
          {definition.type} · version {definition.version}
        </p>
      </section>
    </div>
  );
}
