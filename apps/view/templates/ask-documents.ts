import { plural, type Material } from '@graft/graph';
import { countDocuments, documentPatterns, questionTable } from './folder-files.ts';
import { groupsTop, titleNote, type LaidNode, type Template } from './lay-graph.ts';

/** Documents to an index: a row of cards that other templates begin with as well. */
export const searchable = (material: Material): Readonly<Record<string, LaidNode>> => ({
  files: {
    ...{ type: 'load-files', at: [20, 86] },
    params: { paths: documentPatterns(material), extensions: kindsOf(material) },
  },
  chunk: {
    ...{ type: 'chunk', at: [262, 86] },
    // A heading stays with its section, so that a passage says what it is about.
    ...(kindsOf(material).includes('md') ? { params: { method: 'markdown' } } : {}),
  },
  embed: { type: 'embed', at: [504, 86] },
  index: { type: 'index', at: [746, 86] },
});

export const searchableEdges = [
  'files.documents -> chunk.documents',
  'chunk.chunks -> embed.chunks',
  'embed.embeddings -> index.embeddings',
  'index.index -> retrieve.index',
  'questions.questions -> retrieve.questions',
];

export const searchableGroup = {
  title: 'Your documents, made searchable',
  ...{ x: 2, y: groupsTop, width: 968, height: 226 },
};

/** Hits to an answer. */
export const answered: Readonly<Record<string, LaidNode>> = {
  'inject-context': { type: 'inject-context', at: [504, 348] },
  'base-model': { type: 'base-model', at: [504, 540] },
  generate: { type: 'generate', at: [746, 348] },
};

export const answeredEdges = [
  'retrieve.hits -> inject-context.hits',
  'inject-context.prompts -> generate.prompts',
  'base-model.model -> generate.model',
];

/** The kinds of files that are there: the patterns match no others. */
const kindsOf = ({ documents }: Material): readonly string[] => [
  ...new Set(documents.map(({ ending }) => ending)),
];

/** Documents, found and put before a model, which answers from them. */
export function askDocuments(material: Material): Template {
  const table = questionTable(material);
  const documents = plural(countDocuments(material), 'document');
  const asked =
    table === undefined
      ? { questions: 'What are these documents about?' }
      : { paths: [table.path] };
  return {
    nodes: {
      ...searchable(material),
      questions: { type: 'questions', at: [20, 348], params: asked },
      retrieve: { type: 'retrieve', at: [262, 348], params: { k: 10 } },
      ...answered,
    },
    edges: [...searchableEdges, ...answeredEdges],
    groups: {
      documents: searchableGroup,
      answers: { title: 'A question, answered', x: 2, y: 302, width: 968, height: 410 },
    },
    notes: {
      start: titleNote(
        `# Ask ${documents}\n\nGraft cuts the documents into chunks, finds the chunks that fit a question, and lets a model answer from them. Press **Run** (Ctrl ↵).`,
      ),
      questions: {
        text: 'Type your own questions here, one per line. Or click the empty canvas and ask in the panel on the right.',
        ...{ about: 'questions', x: 20, y: 490, width: 206 },
      },
      generate: {
        text: 'Is an answer wrong? See in _Retrieve_ whether the right passage was found. If it was, choose a larger model: **All models …** in its node’s _Parameters_.',
        ...{ about: 'generate', x: 746, y: 566, width: 206 },
      },
    },
  };
}
