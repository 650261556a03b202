import type { Graph, ModelKind, ReadRows } from '@graft/graph';
import { createStore } from 'zustand/vanilla';
import type { TemplateId } from '../templates/templates.ts';
import type { SettingsPlace } from './named-setting.ts';
import type { PendingEdge } from './screen-store.ts';

/** What a name is asked for. `folder` and `name` stand in the field at first; `start` is chosen at first. */
export type NameQuestion =
  | { readonly kind: 'new'; readonly folder?: string; readonly start?: TemplateId }
  | { readonly kind: 'save-as'; readonly name: string }
  /** A graph that becomes a file of its own. */
  | { readonly kind: 'open'; readonly name: string; readonly graph: Graph }
  | { readonly kind: 'extract'; readonly name: string; readonly subgraph: string }
  /** `nodes`: canvas keys of what goes into the subgraph. */
  | { readonly kind: 'subgraph'; readonly name: string; readonly nodes: readonly string[] };

/** A file of frozen rows that is edited; `giveUp`: they were frozen for it, which leaving it unsaved undoes. */
export type RowsToEdit = ReadRows & { readonly giveUp?: () => void };

/** Whose connections are asked for: those of a node, or of one of its ports. */
export interface ConnectQuestion {
  readonly node: string;
  readonly port?: PendingEdge;
  /** Only what can be taken off. */
  readonly disconnect?: true;
}

/** A model that is asked for: of a kind, or of any; the one that is chosen now, and what takes another. */
export interface ModelQuestion {
  readonly kind: ModelKind | undefined;
  readonly current: string;
  /** Absent: models are looked at and downloaded, and nothing takes one. */
  readonly choose?: (id: string) => void;
  /** The node whose parameter it is, on the screen. */
  readonly node?: string;
  /** The model that is shown first; default: the one that is chosen now. */
  readonly first?: string;
  /** The model that a server is asked for now, by its name there. */
  readonly served?: string;
  /** One is to be imported first. */
  readonly importing?: boolean;
}

/** A file that the browser sends to the server. */
export interface FileToSend {
  /** What it is called where it goes, with `/`. */
  readonly path: string;
  readonly file: File;
}

/** A file or a folder of the workspace that is asked for: `folder` is looked into first, `files` are brought there. */
export interface FileQuestion {
  readonly folder: string;
  readonly choose: (paths: readonly string[]) => void;
  readonly files?: readonly FileToSend[];
  /** The ends of the names that are taken, `/` for folders; absent: everything. */
  readonly takes?: readonly string[];
  /** One is chosen, not several. */
  readonly one?: boolean;
}

/** One thing that can be done to a row of an output. */
export interface RowAction {
  readonly id: string;
  readonly title: string;
  run(): void;
}

/** What a context menu was asked for on. */
export type MenuTarget =
  | { readonly kind: 'canvas' }
  | { readonly kind: 'nodes' }
  | { readonly kind: 'port'; readonly port: PendingEdge }
  | { readonly kind: 'edge'; readonly id: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'row'; readonly actions: readonly RowAction[] }
  | { readonly kind: 'run'; readonly id: string }
  /** Of the run on the screen. */
  | { readonly kind: 'step'; readonly path: string };

export interface OpenMenu {
  readonly target: MenuTarget;
  /** In pixels of the window. */
  readonly at: { readonly x: number; readonly y: number };
}

interface OverlayState {
  readonly nameQuestion: NameQuestion | null;
  readonly shortcutSheet: boolean;
  /** Whether the examples are shown. */
  readonly gallery: boolean;
  /** The page of the settings that is opened first. */
  readonly settings: SettingsPlace | null;
  /** Whether the tour goes on. */
  readonly tour: boolean;
  /** The file that a package is made of. */
  readonly packing: string | null;
  /** The path of a file that is edited as text, since it cannot be opened. */
  readonly mending: string | null;
  /** Whether a package is being chosen to be opened, or the one that was dropped. */
  readonly unpacking: boolean | File;
  readonly editedRows: RowsToEdit | null;
  /** The node whose answers are labelled: its path. */
  readonly labelling: string | null;
  readonly connecting: ConnectQuestion | null;
  /** Canvas keys of the nodes that are to be repeated. */
  readonly repeating: readonly string[] | null;
  readonly modelQuestion: ModelQuestion | null;
  readonly fileQuestion: FileQuestion | null;
  readonly menu: OpenMenu | null;
  /** What is being written where it stands: the title of a node or a group, or a note, by its key on the canvas; or a file's name, by its path. */
  readonly renamingNode: string | null;
  readonly renamingFile: string | null;
  show(
    part: Partial<
      Pick<
        OverlayState,
        | 'nameQuestion'
        | 'shortcutSheet'
        | 'gallery'
        | 'settings'
        | 'tour'
        | 'packing'
        | 'mending'
        | 'unpacking'
        | 'editedRows'
        | 'labelling'
        | 'connecting'
        | 'repeating'
        | 'modelQuestion'
        | 'fileQuestion'
        | 'menu'
        | 'renamingNode'
        | 'renamingFile'
      >
    >,
  ): void;
}

/** No dialog, and no menu. */
const nothingAsked = {
  ...{ nameQuestion: null, shortcutSheet: false, gallery: false, tour: false },
  ...{ packing: null, mending: null, unpacking: false, settings: null },
  ...{
    editedRows: null,
    labelling: null,
    connecting: null,
    repeating: null,
    modelQuestion: null,
    fileQuestion: null,
    menu: null,
  },
} as const;

/** What lies over the screen for a moment. */
export const overlayStore = createStore<OverlayState>()((set) => ({
  ...nothingAsked,
  renamingNode: null,
  renamingFile: null,
  show: (part) => set(part),
}));

/** Lets go of whatever is asked for, as if it had been left undone. */
export function closeOverlays(): void {
  overlayStore.getState().editedRows?.giveUp?.();
  overlayStore.setState(nothingAsked);
}

/** Whether one of the dialogs is open that are asked for now and then. */
export function isAsked(state: OverlayState): boolean {
  const { nameQuestion, packing, mending, editedRows, labelling } = state;
  const { connecting, repeating, modelQuestion, fileQuestion, settings } = state;
  const { unpacking, shortcutSheet, gallery, tour } = state;
  return (
    (nameQuestion ??
      packing ??
      mending ??
      editedRows ??
      labelling ??
      connecting ??
      repeating ??
      modelQuestion ??
      fileQuestion ??
      settings) !== null ||
    unpacking !== false ||
    shortcutSheet ||
    gallery ||
    tour
  );
}
