import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { useEffect, useRef, type ReactNode } from 'react';
import { queries } from '../api/client.ts';
import { addAtOpenEnd, addToCanvas, selectAll, tidy } from '../canvas/edit-actions.ts';
import { familyColour } from '../canvas/family-colour.ts';
import { fitAll } from '../canvas/viewport.ts';
import { keyName } from '../shell/platform.ts';
import { isDark, setTheme, useTheme } from '../shell/theme.ts';
import { redo, undo } from '../state/document-store.ts';
import { fileTitle, openFile, saveFile } from '../state/file-actions.ts';
import { cancelRun, startRun } from '../state/run-actions.ts';
import { fitting } from './fitting-types.ts';
import { inOrder } from './node-order.ts';
import { useScreen } from '../state/screen-store.ts';

function close(): void {
  useScreen.getState().show({ commandMenu: false, openEnd: null });
}

function Item(props: {
  readonly value: string;
  readonly run: () => void;
  readonly hint?: string;
  readonly children: ReactNode;
}) {
  return (
    <Command.Item
      value={props.value}
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
  const offered = openEnd === null ? inOrder : fitting(openEnd.from);
  return (
    <Command.Group heading={openEnd === null ? 'Add a node' : `Connect ${openEnd.from.port} to`}>
      {offered.map((definition) => (
        <Item
          key={definition.type}
          value={`add ${definition.title} ${definition.type}`}
          run={() =>
            openEnd === null ? addToCanvas(definition) : addAtOpenEnd(definition, openEnd)
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
  const theme = useTheme();
  return (
    <Command.Group heading="Commands">
      <Item value="run graph" hint={keyName('↵')} run={() => void startRun()}>
        Run
      </Item>
      <Item value="cancel run stop" run={() => void cancelRun()}>
        Cancel the run
      </Item>
      <Item
        value="plan explain what will run"
        run={() => useScreen.getState().show({ bottomTab: 'plan' })}
      >
        Show the plan
      </Item>
      <Item value="save file" hint={keyName('S')} run={() => void saveFile()}>
        Save
      </Item>
      <Item value="new graph file" run={() => useScreen.getState().show({ newGraphDialog: true })}>
        New graph
      </Item>
      <Item value="undo" hint={keyName('Z')} run={undo}>
        Undo
      </Item>
      <Item value="redo" hint={keyName('Z', true)} run={redo}>
        Redo
      </Item>
      <Item value="select all nodes" hint={keyName('A')} run={selectAll}>
        Select all nodes
      </Item>
      <Item value="tidy layout arrange" run={tidy}>
        Tidy layout
      </Item>
      <Item value="fit view zoom" run={fitAll}>
        Fit view
      </Item>
      <Item value="theme light dark" run={() => setTheme(isDark(theme) ? 'light' : 'dark')}>
        {isDark(theme) ? 'Light colours' : 'Dark colours'}
      </Item>
    </Command.Group>
  );
}

/** ⌘K: add a node, open a file, or do what a key would. */
export function CommandMenu() {
  const dialog = useRef<HTMLDialogElement>(null);
  const openEnd = useScreen((state) => state.openEnd);
  const { data: files = [] } = useQuery(queries.graphs.list.queryOptions());
  useEffect(() => dialog.current?.showModal(), []);
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
      <Command label="Command menu" loop>
        <Command.Input
          autoFocus
          placeholder={
            openEnd === null
              ? 'Add a node, open a file, or run a command'
              : 'What should it connect to?'
          }
        />
        <Command.List>
          <Command.Empty>Nothing is called that.</Command.Empty>
          <NodeItems />
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
