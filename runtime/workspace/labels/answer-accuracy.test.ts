import { Answers, Questions, type Answer } from '@graft/graph';
import { writeArtifact } from '@graft/engine';
import { MemoryArtifactStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { AnswerAccuracy } from './answer-accuracy.ts';

const answer = (id: string, text: string, reference?: string): Answer => ({
  id,
  question: { id, question: '?', ...(reference === undefined ? {} : { reference }) },
  text,
  citations: [],
  promptTokens: 1,
  completionTokens: 1,
  finishReason: 'stop',
});

it('counts the answers that agree with their references, over all rows', async () => {
  const artifacts = new MemoryArtifactStore();
  const value = [
    ...Array.from({ length: 120 }, (_, at) => answer(`r${String(at)}`, 'It is Paris.', 'Paris')),
    answer('w', 'London', 'Paris'),
    answer('n', 'London'),
  ];
  const ref = await writeArtifact(artifacts, { port: 'answers', type: Answers, value });
  expect(await new AnswerAccuracy(artifacts).of(ref)).toEqual({ right: 120, wrong: 1, without: 1 });
});

it('refuses what holds no answers', async () => {
  const artifacts = new MemoryArtifactStore();
  const value = [{ id: 'q', question: '?' }];
  const ref = await writeArtifact(artifacts, { port: 'questions', type: Questions, value });
  await expect(new AnswerAccuracy(artifacts).of(ref)).rejects.toMatchObject({ code: 'bad-input' });
});
