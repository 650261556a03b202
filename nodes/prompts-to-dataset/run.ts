import { type Turn, type Example, GraphError, implement, plural, type Prompt } from '@graft/graph';
import { systemOf } from '../kit/asking/definition.ts';
import { checkSplit, splitOf } from '../kit/training/dataset-split.ts';
import {
  type Asked,
  type Conversation,
  conversations,
  answerOf,
  type Taught,
} from './conversations.ts';
import { promptsToDataset } from './node.ts';

export const run = implement(promptsToDataset, (ctx, { prompts }, params) => {
  const { system, evalShare, seed, together } = params;
  const counts: Record<Taught['kind'], number> & Record<Example['split'], number> = {
    answer: 0,
    abstention: 0,
    'left-out': 0,
    'no-reference': 0,
    train: 0,
    eval: 0,
  };
  let read = 0;

  async function* asked(input: (typeof prompts)[number]): AsyncGenerator<Asked> {
    for await (const prompt of input.rows()) {
      ctx.signal.throwIfAborted();
      read += 1;
      const taught = answerOf(prompt, params);
      counts[taught.kind] += 1;
      if (!('text' in taught)) continue;
      const { question, paraphraseOf = question } = prompt.question;
      const split = splitOf(paraphraseOf, { evalShare, seed });
      yield { prompt, kind: taught.kind, answer: taught.text, split };
    }
  }

  async function* gathered(input: (typeof prompts)[number]): AsyncGenerator<Conversation> {
    const all: Asked[] = [];
    for await (const question of asked(input)) {
      if (together > 1) all.push(question);
      else yield [question];
    }
    yield* conversations(all, { size: together, seed, form: params });
  }

  async function* examples(): AsyncGenerator<Example> {
    let row = 0;
    for (const [at, input] of prompts.entries()) {
      for await (const [first, ...further] of gathered(input)) {
        ctx.signal.throwIfAborted();
        row += 1;
        const { prompt, split } = first;
        counts[split] += 1;
        const turns: Turn[] = [];
        const content = systemOf(system, prompt.passages.length > 0);
        if (content !== '') turns.push({ role: 'system', content, trained: false });
        turns.push(...turnsOf(prompt.text, first.answer));
        for (const next of further) turns.push(...turnsOf(asksAgain(next.prompt), next.answer));
        // A question in several inputs is taught with the passages of each.
        const id = at === 0 ? prompt.id : `${prompt.id}/${String(at + 1)}`;
        yield { id, path: 'prompts', row, split, kind: 'chat', turns };
      }
    }
    if (counts.train + counts.eval === 0) {
      throw new GraphError(
        'bad-input',
        read === 0
          ? 'No prompts arrived. Connect the prompts of Inject context.'
          : 'No prompt became an example: the questions have no references, or the passages lack the answers. Add references to the questions’ file, in the field "reference".',
        { location: { node: ctx.node, port: 'prompts' } },
      );
    }
    checkSplit(ctx, counts, { evalShare, more: 'add questions' });
    ctx.log(
      'info',
      `${plural(counts.train, 'row')} for training, ${counts.eval} for evaluation: ${plural(counts.answer + counts.abstention, 'question')}, of which the passages do not answer ${counts.abstention}.`,
    );
    if (counts['left-out'] > 0) {
      ctx.log(
        'info',
        `Left out ${plural(counts['left-out'], 'question')}: the passages lack ${counts['left-out'] === 1 ? 'its' : 'their'} answer.`,
      );
    }
    if (counts['no-reference'] > 0) {
      ctx.log(
        'warning',
        `Left out ${plural(counts['no-reference'], 'question')} without a reference.`,
      );
    }
  }

  /** The part of a prompt after its passages: the question as the template writes it. */
  function asksAgain({ id, text, passages, question }: Prompt): string {
    const asks = text.slice(Math.max(0, ...passages.map(({ end }) => end))).trim();
    if (asks.includes(question.question.trim())) return asks;
    throw new GraphError(
      'bad-input',
      `The prompt “${id}” has its question before its passages, so no other question can follow in the same row. Put {question} after {context} in the template of the prompts, or set “Questions per row” to 1.`,
      { location: { node: ctx.node, param: 'together' } },
    );
  }

  return Promise.resolve({ dataset: examples() });
});

function turnsOf(asks: string, answer: string): Turn[] {
  return [
    { role: 'user', content: asks, trained: false },
    { role: 'assistant', content: answer, trained: true },
  ];
}
