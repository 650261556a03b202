import { z } from 'zod';
import { portType } from './port-type.ts';

/** Something that the judge gave verdicts on: a claim, a passage, an answer, a question made from the answer. */
const findingSchema = z.object({
  text: z.string(),
  /** The model's verdict in each repeat; null if unreadable. */
  said: z.array(z.boolean().nullable()),
  /** Majority of the readable verdicts; absent: none was readable. */
  verdict: z.boolean().optional(),
  /** For a question made from the answer: its cosine with the real question. */
  similarity: z.number().optional(),
});
export type JudgeFinding = z.infer<typeof findingSchema>;

/** A prompt to the judge and its reply. */
const exchangeSchema = z.object({
  asked: z.enum(['claims', 'verdicts', 'question']),
  /** From 1. */
  repeat: z.int(),
  prompt: z.string(),
  /** Absent: it was not asked, or refused to answer. */
  reply: z.string().optional(),
  /** Why there is no reply, or why it is unreadable, as a sentence; absent: it was read. */
  problem: z.string().optional(),
});
export type JudgeExchange = z.infer<typeof exchangeSchema>;

/** One metric of one answer by a judge, with its findings and, for a model, all prompts and replies. */
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
  /** Absent: a verdict is missing, or there was nothing to judge. Never 0 for that. */
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
