import { plural, type Material, type TableFile } from '@graft/graph';
import {
  answered,
  answeredEdges,
  searchable,
  searchableEdges,
  searchableGroup,
} from './ask-documents.ts';
import { countDocuments, questionTable } from './folder-files.ts';
import { titleNote, type Template } from './lay-graph.ts';

/** Questions that a comparison can be measured by. */
export function measuringTable(material: Material): TableFile | undefined {
  return questionTable(material, 'documents') ?? questionTable(material, 'reference');
}

/** Chunk sizes and kinds of search, each pair of them tried on the questions of a file. */
export function compareSettings(material: Material, table: TableFile): Template {
  const byDocuments = table.columns.includes('documents');
  const measured = byDocuments ? measuredHits : measuredAnswers;
  return {
    nodes: {
      ...searchable(material),
      questions: { type: 'questions', at: [20, 348], params: { paths: [table.path] } },
      retrieve: { type: 'retrieve', at: [262, 348], params: { k: 10 } },
      ...measured.nodes,
    },
    edges: [...searchableEdges, ...measured.edges],
    groups: { documents: searchableGroup, questions: measured.group },
    experiments: {
      'size-and-search': {
        doc: measured.doc,
        vary: { 'chunk.size': [128, 256, 512], 'retrieve.mode': ['dense', 'bm25', 'hybrid'] },
        metrics: measured.metrics,
      },
    },
    notes: {
      start: titleNote(
        `# Which settings suit ${plural(countDocuments(material), 'document')}?\n\nThree chunk sizes, each searched by meaning, by words and by both. Open **Experiments** below and run _size-and-search_. Shared steps run once.`,
      ),
      questions: {
        text: `${plural(table.rows, 'question')} with known ${byDocuments ? 'documents' : 'answers'}. More questions tell the settings apart more reliably. If fewer than ten differ between two settings, Graft gives no verdict.`,
        ...{ about: 'questions', x: 20, y: 490, width: 206 },
      },
      next: { ...measured.next, width: 206 },
    },
  };
}

const measuredHits = {
  nodes: { score: { type: 'score-hits', at: [504, 348], params: { k: 3 } } },
  edges: ['retrieve.hits -> score.hits'],
  group: { title: 'Questions to a score', x: 2, y: 302, width: 726, height: 360 },
  doc: 'Which chunk size, and which kind of search, finds the documents with the answer among the first three hits?',
  metrics: ['score.metrics:recall@3', 'score.metrics:mrr'],
  next: {
    text: 'Set the winner in _Chunk_ and _Retrieve_. To try other values, type several into a parameter: 128, 256.',
    ...{ about: 'score', x: 504, y: 510 },
  },
} as const;

const measuredAnswers = {
  nodes: { ...answered, evaluate: { type: 'evaluate', at: [988, 348] } },
  edges: [...answeredEdges, 'generate.answers -> evaluate.answers'],
  group: { title: 'Questions to a score', x: 2, y: 302, width: 1210, height: 386 },
  doc: 'Which chunk size, and which kind of search, leads to the most right answers?',
  metrics: ['evaluate.metrics:accuracy', 'evaluate.metrics:f1'],
  next: {
    text: 'Set the winner in _Chunk_ and _Retrieve_. A larger model may matter more than either.',
    ...{ about: 'evaluate', x: 988, y: 540 },
  },
} as const;
