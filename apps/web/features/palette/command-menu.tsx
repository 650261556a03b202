import { isNodeKey, type Graph } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useState, type CSSProperties, type ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import {
  action,
  belongsTo,
  allCommands,
  runCommand,
  inOrder,
  nextSteps,
  stepsAfter,
  type OpenEnd,
  type View,
  titleAmong,
} from '@graft/view';
import { familyColour, aboutType, rank } from '../../kit/node-types.ts';
import { chordName } from '../../kit/chord.ts';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { startExperiment } from '../../api/experiments.ts';
import { openFile } from '../../api/graphs/open-file.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { commandWords } from './command-words.ts';
import { useModal } from '../../kit/dialog.tsx';
import { useFetched } from '../../kit/part.tsx';
import { SearchField } from '../../kit/search-field.tsx';

function close(): void {
  useScreen.getState().show({ commandMenu: false, openEnd: null });
}

/** An entry of the menu. */
interface Offer {
  /** The text that finds it; unique. */
  readonly value: string;
  readonly run: () => void;
  readonly hint?: string;
  /** Further words that find it, after all entries that match by name. */
  readonly about?: string;
  readonly children: ReactNode;
}

interface Group {
  readonly heading: string;
  readonly offers: readonly Offer[];
}

function OfferItem({ value, run, hint, about, children }: Offer) {
  return (
    <Command.Item
      value={value}
      keywords={about === undefined ? [] : [about]}
      onSelect={() => {
        close();
        run();
      }}
    >
      {children}
      {hint === undefined ? null : <kbd className="kbd ml-auto font-sans">{hint}</kbd>}
    </Command.Item>
  );
}

/** `after`: the only selected node, which a new one is connected to where it can be. */
function nodeGroup(openEnd: OpenEnd | null, after: string | undefined): Group {
  const offered =
    openEnd !== null
      ? nextSteps(openEnd.from)
      : after === undefined
        ? inOrder()
        : stepsAfter(after);
  return {
    heading: openEnd === null ? 'Add a node' : `Connect ${openEnd.from.port} to`,
    offers: offered.map((definition) => ({
      value: `add ${definition.title} ${definition.type}`,
      about: aboutType(definition),
      run: () =>
        openEnd === null
          ? action('addToCanvas')(definition.type)
          : action('addAtOpenEnd')(definition.type, openEnd),
      children: (
        <>
          <i className="group-square" style={{ '--c': familyColour(definition.group) }} />
          <span className="whitespace-nowrap">{definition.title}</span>
          <span className="truncate text-ink-2">{definition.doc}</span>
        </>
      ),
    })),
  };
}

/** Nothing while the search is empty: a large graph has too many nodes to read. */
function shownGroup(search: string): readonly Group[] {
  const offers = nodesCalled(search).map(({ id, title, value }) => ({
    value,
    run: () => goToNode(id),
    children: title,
  }));
  return offers.length === 0 ? [] : [{ heading: 'Go to', offers }];
}

function fileGroup(paths: readonly string[]): Group {
  return {
    heading: 'Open',
    offers: paths.map((path) => ({
      value: `open ${path}`,
      run: () => void openFile(path),
      children: fileTitle(path),
    })),
  };
}

function commandGroup(view: View, experiments: Graph['experiments'] = {}): Group {
  const commands = allCommands().filter(
    (command) =>
      command.hidden !== true && belongsTo(command, view) && command.enabled?.() !== false,
  );
  const run = commands.map((command): Offer => ({
    value: `${command.title} ${commandWords[command.id] ?? ''}`,
    ...(command.keys?.[0] === undefined ? {} : { hint: chordName(command.keys[0]) }),
    run: () => runCommand(command),
    children: command.title,
  }));
  const compare = Object.entries(view === 'app' || view === 'compare' ? {} : experiments).map(
    ([name, { doc = '' }]): Offer => ({
      value: `run the experiment ${name} an`,
      about: `compare variants ${doc}`,
      run: () => void startExperiment(name),
      children: (
        <>
          <span className="whitespace-nowrap">Run the experiment “{name}”</span>
          <span className="truncate text-ink-2">{doc}</span>
        </>
      ),
    }),
  );
  return { heading: 'Commands', offers: [...run, ...compare] };
}

/** Pixels of the menu at a dropped edge, and its least distance from the border of the window. */
const menuWidth = 420;
const menuHeight = 440;
const margin = 12;

/** Puts the menu where an edge was dropped, within the window. */
function placeOver({ over: { x, y } }: OpenEnd): CSSProperties {
  const within = (at: number, most: number): number => Math.max(margin, Math.min(at, most));
  return {
    left: within(x, window.innerWidth - menuWidth - margin),
    top: within(y, window.innerHeight - menuHeight - margin),
    width: menuWidth,
  };
}

/** The groups, with the best match first: cmdk orders entries within groups only. */
function byBest(groups: readonly Group[], search: string): readonly Group[] {
  const best = new Map(
    groups.map((group) => [
      group,
      group.offers.reduce(
        (most, { value, about }) =>
          Math.max(most, rank(value, search, about === undefined ? [] : [about])),
        0,
      ),
    ]),
  );
  return groups.toSorted((a, b) => (best.get(b) ?? 0) - (best.get(a) ?? 0));
}

/** ⌘K: adds a node, goes to one, opens a file, or runs a command. */
export function CommandMenu() {
  // Whether a command is enabled may depend on code that is still coming.
  useFetched();
  const dialog = useModal();
  const [search, setSearch] = useState('');
  const openEnd = useScreen((state) => state.openEnd);
  const view = useScreen((state) => state.view);
  const after = useScreen(({ selection }) =>
    selection.length === 1 ? selection.find(isNodeKey) : undefined,
  );
  const drawn = useDocument((state) => state.file !== null) && view !== 'app' && view !== 'compare';
  const experiments = useDocument((state) => state.graph.experiments);
  const { data: files } = useQuery(queries.graphs.list.queryOptions());
  const [chosen, choose] = useState('');
  const [filesKnown, setFilesKnown] = useState(files !== undefined);
  if (!filesKnown && files !== undefined) {
    setFilesKnown(true);
    // What fits best is chosen anew: it may be one of the files.
    choose('');
  }
  const groups = [
    ...(drawn ? [nodeGroup(openEnd, after)] : []),
    ...(drawn && openEnd === null ? shownGroup(search) : []),
    ...(openEnd === null
      ? [fileGroup((files ?? []).map(({ path }) => path)), commandGroup(view, experiments)]
      : []),
  ];
  return (
    <dialog
      ref={dialog}
      className={openEnd === null ? 'dialog w-[560px]' : 'dialog placed'}
      style={openEnd === null ? undefined : placeOver(openEnd)}
      aria-label="Command menu"
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <Command label="Command menu" loop filter={rank} value={chosen} onValueChange={choose}>
        <SearchField
          value={search}
          change={setSearch}
          placeholder={
            openEnd !== null
              ? 'What should it connect to?'
              : drawn
                ? 'Add a node, go to one, open a file, or run a command'
                : 'Open a file, or run a command'
          }
        />
        <div role="status">
          <Command.Empty>Nothing found.</Command.Empty>
        </div>
        <Command.List>
          {byBest(groups, search).map(({ heading, offers }) => (
            <Command.Group key={heading} heading={heading}>
              {offers.map((offer) => (
                <OfferItem key={offer.value} {...offer} />
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </dialog>
  );
}

/** The most nodes to list: as many as can be told apart at a glance. */
const most = 12;

/** Selects a shown node and brings its card or cell into sight. The focus follows. */
function goToNode(id: string): void {
  useScreen.getState().select([id]);
  action('bringIntoSight')(id);
}

/** The shown nodes whose title or id matches the search, the best first. */
function nodesCalled(search: string): readonly { id: string; title: string; value: string }[] {
  if (search.trim() === '') return [];
  const { nodes } = useDocument.getState().shown;
  return Object.keys(nodes)
    .map((id) => {
      const title = titleAmong(id, nodes);
      return { id, title, value: `go to ${title} ${id}` };
    })
    .filter(({ value }) => rank(value, search) > 0)
    .toSorted((a, b) => rank(b.value, search) - rank(a.value, search))
    .slice(0, most);
}
