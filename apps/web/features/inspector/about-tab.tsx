import type { InputPort, NodeType, OutputPort } from '@graft/graph';
import { familyColour } from '../../kit/node-types.ts';

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

/** What the node type does, takes and gives. */
export function AboutTab({ definition }: { readonly definition: NodeType }) {
  return (
    <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
      <p>{definition.doc}</p>
      <PortList title="Inputs" ports={definition.inputs} />
      <PortList title="Outputs" ports={definition.outputs} />
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
