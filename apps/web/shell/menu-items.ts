import { formatEdge, isNodeKey, noteOfKey } from '@graft/graph';
import {
  action,
  allCommands,
  askForModel,
  isModelNode,
  pathOf,
  titleAmong,
  type ConnectQuestion,
  type OpenMenu,
  openPanel,
  type PendingEdge,
} from '@graft/view';
import { addNoteAt } from '../features/canvas/notes/note-edits.ts';
import {
  addBendAt,
  bendNear,
  bendsAt,
  removeBend,
  removeBends,
} from '../features/canvas/edges/edges.ts';
import { takeOff } from '../features/canvas/edge-ends.ts';
import { isAt } from '../features/canvas/focus-port.ts';
import { useDocument, useOverlay, useScreen } from '../kit/stores.ts';
import { openFile } from '../api/graphs/open-file.ts';
import { canLeave, enterSelected, selectedFile, selectedUse } from '../api/graphs/navigation.ts';
import { deleteFile, duplicateFile } from '../api/graphs/workspace-files.ts';
import { canMoveProse, moveProse, type ProseStep } from '../features/canvas/moved-prose.ts';
import { openForm } from '../features/notebook/cell-looks.ts';
import { command, ifEnabled, subMenu, type MenuGroups, type MenuItem } from './menu-item.ts';
import { runMenu, stepMenu } from './run-menu.ts';

function goToNode(id: string): void {
  useScreen.getState().select([id]);
  action('bringIntoSight')(id);
}

/** The way to another model, in the menu of a node that gives one. */
function modelItem([id = '']: readonly string[]): readonly MenuItem[] {
  const isOne = isModelNode(useDocument.getState().shown.nodes[id]?.type);
  return isOne ? [{ ...command('choose-model'), run: () => askForModel(id) }] : [];
}

/** The menu of notes and groups, if no node is selected. */
function annotationMenu(selection: readonly string[]): MenuGroups {
  return [
    selection.length === 1
      ? [
          command('write', {
            title: noteOfKey(selection[0] ?? '') === undefined ? 'Rename' : 'Edit the text',
          }),
        ]
      : [],
    [command('duplicate'), command('cut'), command('copy'), command('paste')],
    [command('group-selection')],
    [command('fit-selection')],
    [command('delete', { grave: true })],
  ];
}

function nodeMenu(): MenuGroups {
  const { selection, show } = useScreen.getState();
  if (!selection.some(isNodeKey)) return annotationMenu(selection);
  const single = selection.length === 1;
  const isFile = selectedFile() !== undefined;
  const tab = (inspectorTab: 'parameters' | 'output', title: string): MenuItem => ({
    id: inspectorTab,
    title,
    run: () => {
      openPanel('inspector');
      show({ inspectorTab });
    },
  });
  return [
    single
      ? [
          command('run-to-here'),
          tab('output', 'Show its output'),
          tab('parameters', 'Parameters'),
          ...modelItem(selection),
          ...ifEnabled('edit-rows'),
          ...ifEnabled('label-answers'),
        ]
      : [command('run-to-here', { title: 'Run up to here' }), command('compare-nodes')],
    [
      ...(single ? [command('rename')] : []),
      command('duplicate'),
      command('cut'),
      command('copy'),
      command('paste'),
    ],
    single
      ? [
          { ...command('connect'), disabled: false, run: () => ask({ node: selection[0] ?? '' }) },
          command('disconnect'),
          command('note-about'),
        ]
      : [command('group-selection')],
    [
      ...(selectedUse() === undefined
        ? [command('make-subgraph'), command('repeat-selection')]
        : [
            command('enter-subgraph', isFile ? { title: 'Open the subgraph’s file' } : {}),
            subMenu('Subgraph', [
              command('make-subgraph'),
              command('repeat-selection'),
              command('inline-subgraph'),
              ...(isFile ? [] : [command('extract-subgraph')]),
            ]),
          ]),
      ...ifEnabled('switch-off'),
      ...ifEnabled('switch-on'),
      ...ifEnabled('collapse'),
      ...ifEnabled('expand'),
    ],
    [
      ...(single ? [] : [subMenu('Arrange', arrangements().flatMap(ifEnabled))]),
      subMenu('Select', [
        command('select-before', { title: 'Nodes it needs' }),
        command('select-after', { title: 'Nodes that need it' }),
      ]),
      command('fit-selection'),
    ],
    [command('delete', { grave: true })],
  ];
}

/** The menu of a note of the notebook. */
function proseMenu(): MenuGroups {
  const [key = ''] = useScreen.getState().selection;
  const id = noteOfKey(key) ?? '';
  const about = useDocument.getState().shown.notes?.[id]?.about;
  const moved = (step: ProseStep, item: Pick<MenuItem, 'id' | 'title' | 'keys'>): MenuItem => ({
    ...item,
    disabled: !canMoveProse(id, step),
    run: () => moveProse(id, step),
  });
  const addBelow = (): void => (about === undefined ? addNoteAt() : action('addNoteAbout')(about));
  return [
    [
      command('write', { title: 'Edit the text' }),
      moved(-1, { id: 'note-up', title: 'Move up', keys: 'alt+arrowup' }),
      moved(1, { id: 'note-down', title: 'Move down', keys: 'alt+arrowdown' }),
      { id: 'note-below', title: 'Add a note below', run: addBelow },
    ],
    [command('duplicate'), command('cut'), command('copy'), command('paste')],
    [command('delete', { grave: true })],
  ];
}

const arrangements = (): readonly string[] =>
  allCommands().flatMap(({ id, submenu }) => (submenu === 'Arrange' ? [id] : []));

/** Shows a node on the canvas. */
function showOnCanvas(id: string): void {
  useScreen.getState().look('canvas');
  useScreen.getState().select([id]);
}

/** The menu of a notebook cell: what its keys and buttons do. */
function cellMenu(): MenuGroups {
  const [id = ''] = useScreen.getState().selection;
  if (!isNodeKey(id)) return proseMenu();
  return [
    [
      command('run-to-here'),
      { id: 'parameters', title: 'Parameters', keys: 'enter', run: () => openForm(id, pathOf(id)) },
      ...modelItem([id]),
      ...ifEnabled('edit-rows'),
      ...ifEnabled('label-answers'),
    ],
    [command('rename'), command('duplicate'), command('cut'), command('copy'), command('paste')],
    [
      { ...command('connect'), disabled: false, run: () => ask({ node: id }) },
      command('disconnect'),
      command('note-about', { title: 'Add a note above', keys: 'a' }),
    ],
    [
      ...(selectedUse() === undefined
        ? []
        : [
            {
              id: 'enter-subgraph',
              title:
                selectedFile() === undefined ? 'Open the subgraph' : 'Open the subgraph’s file',
              run: enterSelected,
            },
          ]),
      ...ifEnabled('switch-off'),
      ...ifEnabled('switch-on'),
      { id: 'on-canvas', title: 'Show it on the canvas', run: () => showOnCanvas(id) },
    ],
    [command('delete', { grave: true })],
  ];
}

/** Asks what to connect to, or what to disconnect. */
function ask(connecting: ConnectQuestion): void {
  useOverlay.getState().show({ connecting });
}

function portMenu(port: PendingEdge): MenuGroups {
  const { edges, nodes } = useDocument.getState().shown;
  const own = edges.filter((edge) => isAt(edge, port));
  const ends = own.map((edge) => (port.side === 'source' ? edge.target : edge.source));
  return [
    [
      { ...command('connect'), disabled: false, run: () => ask({ node: port.node, port }) },
      {
        id: 'disconnect-port',
        title: own.length > 1 ? 'Disconnect …' : 'Disconnect',
        disabled: own.length === 0,
        run: () => {
          if (own.length > 1) ask({ node: port.node, port, disconnect: true });
          else takeOff(own);
        },
      },
    ],
    [...new Set(ends)].map((id) => ({
      id: `go-${id}`,
      title: `Go to ${titleAmong(id, nodes)}`,
      run: () => goToNode(id),
    })),
  ];
}

/** Items for the bend points of an edge, or for the one under the pointer. */
function bendItems(edge: string, at: OpenMenu['at']): readonly MenuItem[] {
  const bend = bendNear(edge, at);
  const bends = bendsAt(edge);
  return [
    bend === undefined
      ? { id: 'add-bend', title: 'Add a bend point', run: () => addBendAt(edge, at) }
      : {
          id: 'remove-bend',
          title: 'Remove the bend point',
          keys: 'delete',
          run: () => removeBend(edge, bend),
        },
    ...(bends.length > (bend === undefined ? 0 : 1)
      ? [{ id: 'remove-bends', title: 'Remove all bend points', run: () => removeBends(edge) }]
      : []),
  ];
}

function edgeMenu(id: string, at: OpenMenu['at']): MenuGroups {
  const { edges, nodes } = useDocument.getState().shown;
  const edge = edges.find((candidate) => formatEdge(candidate) === id);
  if (edge === undefined) return [];
  return [
    [
      {
        id: 'source',
        title: `Go to ${titleAmong(edge.source, nodes)}`,
        run: () => goToNode(edge.source),
      },
      {
        id: 'target',
        title: `Go to ${titleAmong(edge.target, nodes)}`,
        run: () => goToNode(edge.target),
      },
    ],
    bendItems(id, at),
    [
      {
        id: 'delete-edge',
        title: 'Delete the connection',
        keys: 'delete',
        grave: true,
        run: () => takeOff([edge]),
      },
    ],
  ];
}

/** Adds a note where the menu was opened. */
const addNoteUnder = (at: OpenMenu['at']): void => addNoteAt(action('canvasPlace')(at));

function canvasMenu(at: OpenMenu['at']): MenuGroups {
  return [
    [
      command('search', { title: 'Add a node …' }),
      { ...command('add-note'), run: () => addNoteUnder(at) },
      command('paste'),
      command('select-all'),
    ],
    canLeave() ? [command('leave')] : [],
    [command('undo'), command('redo')],
    [command('zoom-in'), command('zoom-out'), command('zoom-100'), command('fit'), command('tidy')],
    [command('shortcuts')],
  ];
}

function fileMenu(path: string): MenuGroups {
  const open = useDocument.getState().file?.path === path;
  const { show } = useOverlay.getState();
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return [
    open
      ? [command('save'), command('save-as'), ...ifEnabled('reset-example')]
      : [{ id: 'open', title: 'Open', run: () => void openFile(path) }],
    [
      {
        id: 'rename-file',
        title: 'Rename',
        keys: 'f2',
        run: () => show({ renamingFile: path }),
      },
      { id: 'duplicate-file', title: 'Duplicate', run: () => void duplicateFile(path) },
      // Of another file it is not known whether it takes questions.
      ...(open ? ifEnabled('copy-link') : []),
      { id: 'pack', title: 'Pack …', run: () => show({ packing: path }) },
      {
        id: 'copy-path',
        title: 'Copy the path',
        run: () => void navigator.clipboard?.writeText(path),
      },
    ],
    [
      {
        id: 'new-here',
        title: folder === '' ? 'New graph …' : `New graph in ${folder.slice(0, -1)} …`,
        run: () => show({ nameQuestion: { kind: 'new', folder } }),
      },
    ],
    [
      {
        id: 'delete-file',
        title: 'Delete',
        keys: 'delete',
        grave: true,
        run: () => void deleteFile(path),
      },
    ],
  ];
}

/** The menu of what was pointed at. */
export function menuItems({ target, at }: OpenMenu): MenuGroups {
  switch (target.kind) {
    case 'canvas':
      return canvasMenu(at);
    case 'nodes':
      return useScreen.getState().view === 'notebook' ? cellMenu() : nodeMenu();
    case 'row':
      return [target.actions];
    case 'port':
      return portMenu(target.port);
    case 'edge':
      return edgeMenu(target.id, at);
    case 'file':
      return fileMenu(target.path);
    case 'folder':
      return [
        [
          {
            id: 'new-here',
            title: `New graph in ${target.path.slice(0, -1)} …`,
            run: () =>
              useOverlay.getState().show({ nameQuestion: { kind: 'new', folder: target.path } }),
          },
        ],
      ];
    case 'run':
      return runMenu(target.id);
    case 'step':
      return stepMenu(target.path);
  }
}
