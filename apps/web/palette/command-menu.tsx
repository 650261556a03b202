import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useEffect, useState, type ReactNode } from 'react';
import { queries } from '../api/client.ts';
import { addAtOpenEnd, addToCanvas } from '../canvas/edit-actions.ts';
import { familyColour } from '../canvas/family-colour.ts';
import { chordName } from '../commands/chord.ts';
import { belongsTo } from '../commands/command.ts';
import { commands, runCommand } from '../commands/commands.ts';
import { takeTypedAhead } from '../commands/typed-ahead.ts';
import { useDocument } from '../state/document-store.ts';
import { startExperiment } from '../state/experiment-actions.ts';
import { fileTitle, openFile } from '../state/file-actions.ts';
import { commandWords } from './command-words.ts';
import { fitting } from './fitting-types.ts';
import { inOrder } from './ordered-types.ts';
import { aboutType, rank } from './rank.ts';
import { useScreen } from '../state/screen-store.ts';
import { useModal } from '../shell/modal.ts';
import { SearchField } from './search-field.tsx';

function close(): void {
  useScreen.getState().show({ commandMenu: false, openEnd: null });
}

function Item(props: {
  readonly value: string;
  readonly run: () => void;
  readonly hint?: string;
  /** What it is found by too, after everything that is called so. */
  readonly about?: string;
  readonly children: ReactNode;
}) {
  return (
    <Command.Item
      value={props.value}
      keywords={props.about === undefined ? [] : [props.about]}
      onSelect={() => {
        close();
        props.run();
      }}
    >
      {props.children}
      {props.hint === undefined ? null : <kbd className="kbd ml-auto font-sans">{props.hint}</kbd>}
    </Command.Item>
  );
}

function NodeItems() {
  const openEnd = useScreen((state) => state.openEnd);
  const offered = openEnd === null ? inOrder() : fitting(openEnd.from);
  return (
    <Command.Group heading={openEnd === null ? 'Add a node' : `Connect ${openEnd.from.port} to`}>
      {offered.map((definition) => (
        <Item
          key={definition.type}
          value={`add ${definition.title} ${definition.type}`}
          about={aboutType(definition)}
          run={() =>
            openEnd === null ? addToCanvas(definition.type) : addAtOpenEnd(definition.type, openEnd)
          }
        >
          <i className="group-square" style={{ '--c': familyColour(definition.group) }} />
          <span className="whitespace-nowrap">{definition.title}</span>
          <span className="truncate text-ink-2">{definition.doc}</span>
        </Item>
      ))}
    </Command.Group>
  );
}

function CommandItems() {
  const view = useScreen((state) => state.view);
  return (
    <Command.Group heading="Commands">
      {commands.map((command) =>
        command.hidden === true ||
        !belongsTo(command, view) ||
        command.enabled?.() === false ? null : (
          <Item
            key={command.id}
            value={`${command.title} ${commandWords[command.id] ?? ''}`}
            {...(command.keys?.[0] === undefined ? {} : { hint: chordName(command.keys[0]) })}
            run={() => runCommand(command)}
          >
            {command.title}
          </Item>
        ),
      )}
      {view === 'app' ? null : <ExperimentItems />}
    </Command.Group>
  );
}

function ExperimentItems() {
  const experiments = useDocument((state) => state.graph.experiments);
  return Object.entries(experiments ?? {}).map(([name, { doc = '' }]) => (
    <Item
      key={name}
      value={`run the experiment ${name} an`}
      about={`compare variants ${doc}`}
      run={() => void startExperiment(name)}
    >
      <span className="whitespace-nowrap">Run the experiment “{name}”</span>
      <span className="truncate text-ink-2">{doc}</span>
    </Item>
  ));
}

/** ⌘K: add a node, open a file, or do what a key would. */
export function CommandMenu() {
  const dialog = useModal();
  const [search, setSearch] = useState('');
  // With the focus in the field: every key until now was kept, and every one from now on goes to it.
  useEffect(() => {
    const typed = takeTypedAhead();
    if (typed !== '') setSearch(typed);
  }, []);
  const openEnd = useScreen((state) => state.openEnd);
  const isApp = useScreen(({ view }) => view === 'app');
  const drawn = useDocument((state) => state.file !== null) && !isApp;
  const { data: files = [] } = useQuery(queries.graphs.list.queryOptions());
  return (
    <dialog
      ref={dialog}
      className="dialog w-[560px]"
      aria-label="Command menu"
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <Command label="Command menu" loop filter={rank}>
        <SearchField
          value={search}
          change={setSearch}
          placeholder={
            openEnd !== null
              ? 'What should it connect to?'
              : drawn
                ? 'Add a node, open a file, or run a command'
                : 'Open a file, or run a command'
          }
        />
        <div role="status">
          <Command.Empty>Nothing is called that.</Command.Empty>
        </div>
        <Command.List>
          {drawn ? <NodeItems /> : null}
          {openEnd === null ? (
            <>
              <Command.Group heading="Open">
                {files.map(({ path }) => (
                  <Item key={path} value={`open ${path}`} run={() => void openFile(path)}>
                    {fileTitle(path)}
                  </Item>
                ))}
              </Command.Group>
              <CommandItems />
            </>
          ) : null}
        </Command.List>
      </Command>
    </dialog>
  );
}
