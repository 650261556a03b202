import type { GraphNode, InputPort, NodeType, OutputPort } from '@graft/graph';
import { Handle, Position } from '@xyflow/react';
import { useDocument } from '../state/document-store.ts';
import { useScreen } from '../state/screen-store.ts';
import { familyColour } from './family-colour.ts';
import { portRefusal } from './port-refusal.ts';

interface PortProps {
  readonly node: string;
  readonly name: string;
  readonly side: 'source' | 'target';
  readonly port: InputPort | OutputPort | undefined;
}

/** Whether the edge being drawn could end here: undefined when none is drawn. */
function useOffer({ node, name, side }: PortProps): { refusal: string | undefined } | undefined {
  const pending = useScreen((state) => state.pendingEdge);
  if (
    pending === null ||
    (pending.node === node && pending.port === name && pending.side === side)
  ) {
    return undefined;
  }
  return {
    refusal: portRefusal(useDocument.getState().graph, pending, { node, port: name, side }),
  };
}

function Port(props: PortProps) {
  const { node, name, side, port } = props;
  const offer = useOffer(props);
  const refusal = offer?.refusal;
  const needed =
    port !== undefined && 'optional' in port && port.optional === true ? ' (optional)' : '';
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
        role="img"
        aria-label={`${side === 'source' ? 'Output' : 'Input'} ${name} of ${node}`}
        title={refusal ?? (port === undefined ? name : `${name}${needed}: ${port.doc}`)}
      />
      <span className="node-port-name" data-refused={refusal !== undefined}>
        {name}
      </span>
    </>
  );
}

/** Ports that edges of a placeholder use, since its own are not known. */
function usePlaceholderPorts(
  node: string,
  known: boolean,
): { inputs: string[]; outputs: string[] } {
  const edges = useDocument((state) => state.graph.edges);
  if (known) return { inputs: [], outputs: [] };
  return {
    inputs: [
      ...new Set(edges.filter((edge) => edge.target === node).map((edge) => edge.targetPort)),
    ],
    outputs: [
      ...new Set(edges.filter((edge) => edge.source === node).map((edge) => edge.sourcePort)),
    ],
  };
}

/** One row per port: inputs on the left, outputs on the right. */
export function NodePorts(props: {
  readonly id: string;
  readonly node: GraphNode;
  readonly definition: NodeType | undefined;
}) {
  const { id, definition } = props;
  const placeholder = usePlaceholderPorts(id, definition !== undefined);
  const inputs = definition === undefined ? placeholder.inputs : Object.keys(definition.inputs);
  const outputs = definition === undefined ? placeholder.outputs : Object.keys(definition.outputs);
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
              <Port node={id} name={input} side="target" port={definition?.inputs[input]} />
            )}
            {output === undefined ? null : (
              <span className="ml-auto">
                <Port node={id} name={output} side="source" port={definition?.outputs[output]} />
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}
