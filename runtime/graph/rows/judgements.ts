import { z } from 'zod';
import { portType } from './port-type.ts';

/** Something that the judge gave verdicts of: a claim, a passage, an answer, a question that it made of the answer. */
const findingSchema = z.object({
  text: z.string(),
  /** What a model said in each repeat; null where that could not be read. */
  said: z.array(z.boolean().nullable()),
  /** By the majority of what could be read; absent: nothing could be. */
  verdict: z.boolean().optional(),
  /** Of a question made of the answer: its cosine with the question that was asked. */
  similarity: z.number().optional(),
});
export type JudgeFinding = z.infer<typeof findingSchema>;

/** What the judge was asked at once, and what it wrote. */
const exchangeSchema = z.object({
  asked: z.enum(['claims', 'verdicts', 'question']),
  /** From 1. */
  repeat: z.int(),
  prompt: z.string(),
  /** Absent: it was not asked, or refused to answer. */
  reply: z.string().optional(),
  /** Why there is no reply, or why it could not be read, as a sentence; absent: it was. */
  problem: z.string().optional(),
});
export type JudgeExchange = z.infer<typeof exchangeSchema>;

/** One metric of one answer, as a judge has it, with its findings and, of a model, all that it was asked and said. */
export const judgementSchema = z.object({
  id: z.string(),
  /** Id of the answer. */
  item: z.string(),
  question: z.object({
    id: z.string(),
    question: z.string(),
    reference: z.string().optional(),
  }),
  answer: z.string(),
  metric: z.string(),
  /** Absent: it could not be had, since a verdict is missing or there was nothing to judge. Never 0 for that. */
  value: z.number().optional(),
  findings: z.array(findingSchema),
  exchanges: z.array(exchangeSchema),
});
export type Judgement = z.infer<typeof judgementSchema>;

export const Judgements = portType({
  id: 'judgements',
  family: 'evaluation',
  shape: 'items',
  encoding: 'jsonl',
  mediaType: 'application/vnd.graft.judgements+jsonl',
  schema: judgementSchema,
  doc: 'Verdicts on answers, with the prompts to the judging model and its replies.',
});
