import { emptyGraph, plural, type Graph, type Material, type TableFile } from '@graft/graph';
import { askDocuments } from './ask-documents.ts';
import { askModel } from './ask-model.ts';
import { compareSettings, measuringTable } from './compare-settings.ts';
import { columnsFound, countDocuments, documentPatterns, trainingTable } from './folder-files.ts';
import { layGraph } from './lay-graph.ts';
import { teachRows } from './teach-rows.ts';
import type { WayGoal, WayOptions } from './way-goals.ts';
import { goalsOf, wayFiles, whichWay } from './which-way.ts';

export type TemplateId = 'empty' | 'model' | 'ask' | 'teach' | 'compare' | 'which-way';

/** A way to begin a graph. */
export interface Start {
  readonly id: TemplateId;
  /** `Ask these 5 documents` */
  readonly title: string;
  /** The files that it uses; of one that cannot be laid, what is missing. */
  readonly about: string;
  /** A name for the file, without folder and ending. */
  readonly name: string;
  /** The graph; absent: its files are missing. */
  readonly lay?: (way?: WayOptions) => Graph;
  /** The goals to choose from; absent: the start asks for none. */
  readonly goals?: readonly WayGoal[];
}

const nothing: Material = { documents: [], tables: [] };

/** The ways to begin a graph, with what a folder offers; always the same ones in the same order. */
export function startsFor(material: Material = nothing): readonly Start[] {
  return [
    {
      ...{ id: 'model', title: 'Ask a model', name: 'ask-model' },
      about:
        'Use a model on this computer, including those of Ollama and LM Studio, or download one. Needs no files.',
      lay: () => layGraph(askModel),
    },
    askStart(material),
    teachStart(material),
    compareStart(material),
    whichWayStart(material),
    {
      ...{ id: 'empty', title: 'Start empty', name: '' },
      ...{ about: 'An empty canvas.', lay: () => emptyGraph },
    },
  ];
}

/** What a person most likely wants of what can be laid: their own files first. */
export function bestStart(starts: readonly Start[]): TemplateId {
  const best = (['ask', 'teach', 'model'] as const).find(
    (id) => starts.find((start) => start.id === id)?.lay !== undefined,
  );
  return best ?? 'empty';
}

function askStart(material: Material): Start {
  const count = countDocuments(material);
  const start = { id: 'ask', name: 'ask-documents' } as const;
  if (count === 0) {
    const put = 'Needs text, Markdown, PDF, Word, HTML or EPUB files.';
    const [table] = material.tables;
    const about = table === undefined ? put : `${table.path} has rows, not documents. ${put}`;
    return { ...start, title: 'Ask documents', about };
  }
  return {
    ...{
      ...start,
      title: count === 1 ? 'Ask this document' : `Ask these ${plural(count, 'document')}`,
    },
    ...{ about: documentPatterns(material).join(', ') },
    lay: () => layGraph(askDocuments(material)),
  };
}

function teachStart(material: Material): Start {
  const table = trainingTable(material);
  const start = { id: 'teach', name: 'teach-model' } as const;
  if (table === undefined) {
    const found = columnsFound(material);
    const about =
      found === undefined
        ? 'Trains a model on your examples. Needs a JSONL or CSV file with the columns prompt and completion, or question and answer.'
        : `${found} Teaching needs prompt and completion, or question and answer.`;
    return { ...start, title: 'Teach a model rows', about };
  }
  const rows = table.rows === 1 ? 'this row' : `these ${plural(table.rows, 'row')}`;
  return {
    ...{ ...start, title: `Teach a model ${rows}`, about: table.path },
    lay: () => layGraph(teachRows(table)),
  };
}

function compareStart(material: Material): Start {
  const table = measuringTable(material);
  const start = { id: 'compare', name: 'compare-settings', title: 'Compare settings' } as const;
  if (countDocuments(material) === 0 || table === undefined) {
    return { ...start, about: missingToCompare(material, table) };
  }
  return {
    ...{
      ...start,
      about: `Chunk size and search mode, by ${plural(table.rows, 'question')} of ${table.path}`,
    },
    lay: () => layGraph(compareSettings(material, table)),
  };
}

function missingToCompare(material: Material, table: TableFile | undefined): string {
  if (table !== undefined)
    return `${table.path} has questions with known answers. Comparing needs the documents, too.`;
  const found = columnsFound(material);
  return found === undefined
    ? 'Needs documents, and a file of questions with the columns question and answer.'
    : `${found} Comparing needs question and answer, or question and documents.`;
}

function whichWayStart(material: Material): Start {
  const files = wayFiles(material);
  const { judged, rows, changed } = files;
  const start = { id: 'which-way', name: 'which-way', title: 'Which way?' } as const;
  if (countDocuments(files.documents) === 0 || judged === undefined) {
    const found = columnsFound(material);
    const about =
      judged !== undefined
        ? `${judged.path} has questions with known answers. The comparison needs the documents, too.`
        : found === undefined
          ? 'Compares retrieval, LoRA and fine-tuning on your questions. Needs documents, and a file with the columns question and answer.'
          : `${found} The comparison needs question and answer.`;
    return { ...start, about };
  }
  const learned = `, training on ${rows?.path ?? 'questions that the model writes'}`;
  const again = changed === undefined ? '' : `, and again by ${changed.judged.path}`;
  return {
    ...start,
    about: `Compares retrieval, LoRA and fine-tuning by ${plural(judged.rows, 'question')} of ${judged.path}${learned}${again}`,
    goals: goalsOf(files),
    lay: (way) => layGraph(whichWay(files, judged, way)),
  };
}

/** The name, with a number if a file of it exists: `ask-documents-2`. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (name === '' || !isTaken(name)) return name;
  for (let number = 2; ; number++) {
    const next = `${name}-${String(number)}`;
    if (!isTaken(next)) return next;
  }
}
