import { groupsTop, titleNote, type Template } from './lay-graph.ts';

/** Puts questions to a model as they are. It needs no files. */
export const askModel: Template = {
  nodes: {
    questions: {
      ...{ type: 'questions', at: [20, 86] },
      params: { questions: 'Why is the sky blue?' },
    },
    prompt: { type: 'prompt', at: [262, 86] },
    'base-model': { type: 'base-model', at: [262, 278] },
    // An answer in several sentences is whole.
    generate: { type: 'generate', at: [504, 86], params: { maxTokens: 512 } },
  },
  edges: [
    ...['questions.questions -> prompt.questions', 'prompt.prompts -> generate.prompts'],
    'base-model.model -> generate.model',
  ],
  groups: {
    answers: { title: 'A question, answered', x: 2, y: groupsTop, width: 726, height: 410 },
  },
  notes: {
    start: titleNote('# Ask a model\n\nChoose a model, then press **Run** (Ctrl ↵).'),
    questions: {
      text: 'Type your own questions here, one per line. Or click the empty canvas and ask in the panel on the right.',
      ...{ about: 'questions', x: 20, y: 228, width: 206 },
    },
    model: {
      text: 'Models of Ollama, LM Studio and the hub are in one list: select the model’s node, then press **All models …** under _Parameters_.',
      ...{ about: 'base-model', x: 504, y: 278, width: 206 },
    },
  },
};
