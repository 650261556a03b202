import {
  labelKey,
  labelsText,
  labelVersion,
  mergeLabels,
  parseLabels,
  type Label,
  type Labels,
  type LabelValue,
} from '@graft/graph';
import { create } from 'zustand';
import { problemCode, refusalOf } from '../../api/problem.ts';

/** A file of labels as the server keeps it. */
export interface LabelFile {
  readonly path: string;
  /** Empty, with an empty revision, where there is none yet. */
  read(): Promise<{ readonly text: string; readonly revision: string }>;
  /** Refused with `stale-save` where it has another revision than `base`. */
  save(text: string, base: string): Promise<{ readonly revision: string }>;
}

/** What a label is of. */
export type LabelSubject = Pick<Label, 'id' | 'question' | 'answer'>;

export interface LabelBook {
  /** As they are on the screen; undefined: they have not been read. */
  readonly labels: Labels | undefined;
  readonly state: 'saved' | 'unsaved' | 'failed';
  /** Why they could not be read or saved. */
  readonly failure: string | undefined;
  /** What is noted of answers that have no label, by key. */
  readonly drafts: ReadonlyMap<string, string>;
  /** By key, mine where somebody changed the label otherwise meanwhile: theirs stands. Undefined: I took it back. */
  readonly clashes: ReadonlyMap<string, Label | undefined>;
  /** Keys of the labels that were changed here. */
  readonly touched: ReadonlySet<string>;
  read(): Promise<void>;
  /** Labels an answer, or takes its label back. */
  mark(of: LabelSubject, label: LabelValue | undefined): void;
  note(of: LabelSubject, note: string): void;
  /** Takes the last step back, and gives the key that it was of; undefined: there was none. */
  undo(): string | undefined;
  /** Ends the clashes: with what I said, or as it stands. */
  settle(whose: 'mine' | 'theirs'): void;
  /** Resolves once all is saved, or could not be. */
  flush(): Promise<void>;
}

/** Milliseconds after which what was typed into a note is saved. */
const pause = 400;
/** Times in a row that others may be quicker than a save. */
const mostTries = 5;

/** The labels of one file while somebody edits them: each change is saved at once, merged with those of others. */
export function openLabelBook(file: LabelFile) {
  let written: { readonly labels: Labels; readonly revision: string } = {
    labels: new Map(),
    revision: '',
  };
  const steps: {
    readonly key: string;
    readonly before: Label | undefined;
    readonly typed: boolean;
  }[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> | undefined;

  const readFile = async (): Promise<typeof written> => {
    const { text, revision } = await file.read();
    return { labels: parseLabels(text, file.path), revision };
  };

  return create<LabelBook>()((set, get) => {
    const labels = (): Labels => get().labels ?? new Map();

    const put = (key: string, label: Label | undefined): void => {
      const next = new Map(labels());
      if (label === undefined) next.delete(key);
      else next.set(key, label);
      const touched = new Set(get().touched).add(key);
      set({ labels: next, touched, state: 'unsaved', failure: undefined });
    };

    const change = (key: string, label: Label | undefined, typed: boolean): void => {
      const before = labels().get(key);
      const last = steps.at(-1);
      if (!(typed && last?.typed === true && last.key === key)) steps.push({ key, before, typed });
      put(key, label);
      saveSoon(typed ? pause : 0);
    };

    const saveSoon = (wait: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void get().flush(), wait);
    };

    const takeTheirs = async (): Promise<void> => {
      const theirs = await readFile();
      const merged = mergeLabels(written.labels, theirs.labels, labels());
      const isTheirs = labelsText(merged.labels) === labelsText(theirs.labels);
      written = theirs;
      set({
        labels: isTheirs ? theirs.labels : merged.labels,
        clashes: new Map([...get().clashes, ...merged.clashes]),
      });
    };

    const save = async (): Promise<void> => {
      for (let tries = 0; get().labels !== undefined && labels() !== written.labels;) {
        const sent = labels();
        try {
          const { revision } = await file.save(labelsText(sent), written.revision);
          written = { labels: sent, revision };
        } catch (error) {
          tries += 1;
          if (problemCode(error) !== 'stale-save' || tries === mostTries) throw error;
          await takeTheirs();
        }
      }
      if (get().labels !== undefined) set({ state: 'saved', failure: undefined });
    };

    return {
      ...{ labels: undefined, state: 'saved', failure: undefined },
      ...{ drafts: new Map(), clashes: new Map(), touched: new Set() },
      async read() {
        try {
          written = await readFile();
          set({ labels: written.labels, state: 'saved', failure: undefined });
        } catch (error) {
          set({ failure: refusalOf(error) });
        }
      },
      mark(of, value) {
        const key = labelKey(of);
        const before = labels().get(key);
        if (before?.label === value) return;
        if (value === undefined) {
          change(key, undefined, false);
          return;
        }
        const note = before?.note ?? get().drafts.get(key);
        const noted = note === undefined ? {} : { note };
        change(key, { version: labelVersion, ...of, ...before, label: value, ...noted }, false);
      },
      note(of, note) {
        const key = labelKey(of);
        const before = labels().get(key);
        if (before !== undefined) change(key, { ...before, note }, true);
        else set({ drafts: new Map(get().drafts).set(key, note) });
      },
      undo() {
        const step = steps.pop();
        if (step === undefined) return undefined;
        put(step.key, step.before);
        saveSoon(0);
        return step.key;
      },
      settle(whose) {
        const { clashes } = get();
        set({ clashes: new Map() });
        if (whose === 'theirs') return;
        for (const [key, label] of clashes) change(key, label, false);
      },
      flush() {
        clearTimeout(timer);
        saving ??= save()
          .catch((error: unknown) => set({ state: 'failed', failure: refusalOf(error) }))
          .finally(() => (saving = undefined));
        return saving;
      },
    };
  });
}

export type UseLabelBook = ReturnType<typeof openLabelBook>;
