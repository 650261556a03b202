import type { Edge, Graph } from '@graft/graph';
import { Command } from 'cmdk';
import { useMemo, useState, type ReactNode } from 'react';
import {
  connectionsOf,
  connectNew,
  connectPair,
  type NewEnd,
  type PortPair,
} from './connections.ts';
import { edgeName, otherEnd, takeOff } from './edge-ends.ts';
import { familyColour, aboutType, rank } from '../../kit/node-types.ts';
import {
  portRefusal,
  shapeOf,
  titleAmong,
  type ConnectQuestion,
  type PendingEdge,
} from '@graft/view';
import { useModal } from '../../kit/dialog.tsx';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { SearchField } from '../../kit/search-field.tsx';

/** The most rows of a kind; others are found by typing. */
const listed = 60;

function close(): void {
  useOverlay.getState().show({ connecting: null });
}

/** The items that match the search, best first. */
function found<Item>(
  all: readonly Item[],
  search: string,
  words: (item: Item) => readonly [name: string, about?: string],
): readonly Item[] {
  if (search.trim() === '') return all.slice(0, listed);
  return all
    .map((item) => {
      const [name, about = ''] = words(item);
      return { item, fit: rank(name, search, [about]) };
    })
    .filter(({ fit }) => fit > 0)
    .toSorted((a, b) => b.fit - a.fit)
    .slice(0, listed)
    .map(({ item }) => item);
}

function portColour(graph: Graph, { node, port, side }: PendingEdge): string {
  const look = shapeOf(graph.nodes[node]);
  return familyColour((side === 'source' ? look?.outputs : look?.inputs)?.[port]?.type.family);
}

/** `documents → Chunk documents`: the own port first, whatever the direction of the edge. */
function Ends(props: { readonly from: PendingEdge; readonly children: ReactNode }) {
  const { from, children } = props;
  const gives = from.side === 'source';
  return (
    <>
      <span className="whitespace-nowrap text-ink-2">
        {from.port} <span aria-hidden="true">{gives ? '→' : '←'}</span>
        <span className="sr-only">{gives ? 'to' : 'from'}</span>
      </span>
      {children}
    </>
  );
}

interface ItemsProps {
  readonly graph: Graph;
  readonly search: string;
}

/** Pairs that match the search, by the names of both ends. */
function foundPairs({ graph, pairs, search }: PairsProps): readonly PortPair[] {
  return found(pairs, search, ({ from, to }) => [
    `${titleAmong(to.node, graph.nodes)} ${to.port} ${to.node} ${from.port}`,
  ]);
}

/** A pair in the list: `documents → Chunk documents`. */
function PairEnds(props: { readonly pair: PortPair; readonly graph: Graph }) {
  const { from, to } = props.pair;
  return (
    <>
      <i className="group-square" style={{ '--c': portColour(props.graph, to) }} />
      <Ends from={from}>
        <span className="truncate">{titleAmong(to.node, props.graph.nodes)}</span>
        <span className="whitespace-nowrap text-ink-2">{to.port}</span>
      </Ends>
    </>
  );
}

interface PairsProps extends ItemsProps {
  readonly pairs: readonly PortPair[];
}

function PairItems(props: PairsProps) {
  const { graph } = props;
  const shown = foundPairs(props);
  if (shown.length === 0) return null;
  return (
    <Command.Group heading="Ports of this graph">
      {shown.map((pair) => {
        const { from, to, replaces } = pair;
        const [old] = replaces;
        return (
          <Command.Item
            key={`${from.port} ${to.node} ${to.port}`}
            value={`pair ${from.side} ${from.port} ${to.node} ${to.port}`}
            onSelect={() => {
              close();
              connectPair(pair);
            }}
          >
            <PairEnds pair={pair} graph={graph} />
            {old === undefined ? null : (
              <span className="ml-auto truncate text-ink-2">
                replaces {titleAmong(old.source, graph.nodes)} {old.sourcePort}
              </span>
            )}
          </Command.Item>
        );
      })}
    </Command.Group>
  );
}

function NewItems(props: { readonly search: string; readonly fresh: readonly NewEnd[] }) {
  const { fresh, search } = props;
  const shown = found(fresh, search, ({ from, type }) => [
    `new ${type.title} ${type.type}`,
    `${from.port} ${aboutType(type)}`,
  ]);
  if (shown.length === 0) return null;
  return (
    <Command.Group heading="A new node">
      {shown.map((end) => (
        <Command.Item
          key={`${end.from.side} ${end.from.port} ${end.type.type}`}
          value={`new ${end.from.side} ${end.from.port} ${end.type.type}`}
          onSelect={() => {
            close();
            connectNew(end);
          }}
        >
          <i className="group-square" style={{ '--c': familyColour(end.type.group) }} />
          <Ends from={end.from}>
            <span className="whitespace-nowrap">
              <span className="sr-only">new </span>
              {end.type.title}
            </span>
            <span className="truncate text-ink-2">{end.type.doc}</span>
          </Ends>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function EdgeItems(props: ItemsProps & { readonly edges: readonly Edge[]; readonly node: string }) {
  const { graph, edges, search, node } = props;
  const shown = found(edges, search, (edge) => [
    `disconnect ${titleAmong(otherEnd(edge, node).node, graph.nodes)} ${edgeName(edge, graph)}`,
  ]);
  if (shown.length === 0) return null;
  return (
    <Command.Group heading="Disconnect">
      {shown.map((edge) => (
        <Command.Item
          key={edgeName(edge, graph)}
          value={`off ${edgeName(edge, graph)}`}
          onSelect={() => {
            close();
            takeOff([edge]);
          }}
        >
          <span className="sr-only">Disconnect </span>
          <span className="truncate">{edgeName(edge, graph)}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function RefusedItems(props: PairsProps & { readonly say: (refusal: string) => void }) {
  const { graph, say } = props;
  // These rows cover the rest of the graph: only matches are shown.
  if (props.search.trim() === '') return null;
  const shown = foundPairs(props).slice(0, 8);
  if (shown.length === 0) return null;
  return (
    <Command.Group heading="Does not fit (Enter shows why)">
      {shown.map((pair) => {
        const { from, to } = pair;
        return (
          <Command.Item
            key={`${from.port} ${to.node} ${to.port}`}
            className="text-ink-2"
            value={`refused ${from.side} ${from.port} ${to.node} ${to.port}`}
            onSelect={() =>
              say(portRefusal(graph, from, to) ?? 'These ports fit now. Search again.')
            }
          >
            <PairEnds pair={pair} graph={graph} />
          </Command.Item>
        );
      })}
    </Command.Group>
  );
}

/** Connects a node or port by keys: to ports of the graph or new nodes; and disconnects it. */
export function ConnectMenu({ question }: { readonly question: ConnectQuestion }) {
  const dialog = useModal();
  const [search, setSearch] = useState('');
  const [refusal, say] = useState('');
  const graph = useDocument((state) => state.shown);
  const { fitting, refused, fresh, edges } = useMemo(
    () => connectionsOf(graph, question),
    [graph, question],
  );
  const { node, port } = question;
  const title = titleAmong(node, graph.nodes);
  const subject = port === undefined ? title : `${port.port} of ${title}`;
  const takesOff = question.disconnect === true;
  const label = takesOff ? `Disconnect ${subject}` : `Connect ${subject} to`;
  return (
    <dialog
      ref={dialog}
      className="dialog w-[560px]"
      aria-label={label}
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <Command label={label} loop shouldFilter={false}>
        <SearchField
          value={search}
          change={(typed) => {
            setSearch(typed);
            say('');
          }}
          placeholder={`${label} …`}
        />
        <div role="status">
          <Command.Empty>No port or node fits.</Command.Empty>
        </div>
        <Command.List>
          {takesOff ? null : (
            <>
              <PairItems graph={graph} search={search} pairs={fitting} />
              <NewItems search={search} fresh={fresh} />
            </>
          )}
          <EdgeItems graph={graph} search={search} edges={edges} node={node} />
          {takesOff ? null : (
            <RefusedItems graph={graph} search={search} pairs={refused} say={say} />
          )}
        </Command.List>
      </Command>
      <p
        role="status"
        data-testid="connect-refusal"
        className={refusal === '' ? 'sr-only' : 'border-t border-line px-4 py-2.5'}
      >
        {refusal}
      </p>
    </dialog>
  );
}
