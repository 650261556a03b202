import type { NodeType } from '@graft/graph';
import { Handle, Position, useUpdateNodeInternals } from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { familyColour } from '../../kit/node-types.ts';
import { portsOf, portRefusal } from '@graft/view';

/** An input or output of a node; only inputs are optional. */
type ShownPort = NodeType['outputs'][string] & { readonly optional?: boolean };

interface PortProps {
  readonly node: string;
  readonly name: string;
  readonly side: 'source' | 'target';
  readonly port: ShownPort | undefined;
}

/** Why the edge being drawn cannot end here, if it cannot; undefined if none is drawn. */
function useOffer({ node, name, side }: PortProps): { refusal: string | undefined } | undefined {
  const pending = useScreen((state) => state.pendingEdge);
  if (
    pending === null ||
    (pending.node === node && pending.port === name && pending.side === side)
  ) {
    return undefined;
  }
  return {
    refusal: portRefusal(useDocument.getState().shown, pending, { node, port: name, side }),
  };
}

function Port(props: PortProps) {
  const { node, name, side, port } = props;
  const offer = useOffer(props);
  const refusal = offer?.refusal;
  const needed = port?.optional === true ? ' (optional)' : '';
  return (
    <>
      <Handle
        id={name}
        type={side}
        position={side === 'source' ? Position.Right : Position.Left}
        className="port"
        style={{ '--port': familyColour(port?.type.family) }}
        data-shape={port?.type.shape ?? 'items'}
        data-refused={refusal !== undefined}
        data-offered={offer !== undefined && refusal === undefined}
        data-testid={`handle-${node}-${name}`}
        role="button"
        data-port={name}
        data-side={side}
        aria-label={`${side === 'source' ? 'Output' : 'Input'} ${name} of ${node}`}
        title={refusal ?? (port === undefined ? name : `${name}${needed}: ${port.doc}`)}
      />
      <span className="node-port-name" data-refused={refusal !== undefined}>
        {name}
      </span>
    </>
  );
}

/** The ports of a node, and further ones that its edges name, if its type or graph is missing. */
function usePorts(node: string, look: NodeType | undefined) {
  const edges = useDocument((state) => state.shown.edges);
  return useMemo(() => portsOf(edges, node, look), [edges, node, look]);
}

/**
 * React Flow measures ports only when the size of the card changes. This measures replaced ports, as those of a
 * subgraph's node with the same id as one outside.
 */
function useMeasuredPorts(node: string, ports: ReturnType<typeof usePorts>): void {
  const measure = useUpdateNodeInternals();
  const names = JSON.stringify(ports);
  const measured = useRef(names);
  useEffect(() => {
    if (measured.current === names) return;
    measured.current = names;
    measure(node);
  }, [measure, node, names]);
}

/** A row for each port: inputs on the left, outputs on the right. */
export function NodePorts(props: { readonly id: string; readonly look: NodeType | undefined }) {
  const { id, look } = props;
  const ports = usePorts(id, look);
  useMeasuredPorts(id, ports);
  const { inputs, outputs } = ports;
  const rows = Math.max(inputs.length, outputs.length);
  return (
    <div className="node-ports">
      {Array.from({ length: rows }, (_, row) => {
        const input = inputs[row];
        const output = outputs[row];
        return (
          <div className="node-port-row" key={row}>
            {input === undefined ? (
              <span />
            ) : (
              <Port node={id} name={input} side="target" port={look?.inputs[input]} />
            )}
            {output === undefined ? null : (
              <span className="ml-auto">
                <Port node={id} name={output} side="source" port={look?.outputs[output]} />
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}
