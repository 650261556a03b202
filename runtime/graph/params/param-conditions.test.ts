import { expect, it } from 'vitest';
import {
  conditionsOf,
  conditionText,
  paramCounts,
  type ParamConditions,
} from './param-conditions.ts';

interface Params {
  readonly method: 'words' | 'model';
  readonly metrics: readonly string[];
  readonly quality: number;
  readonly weight: number;
  readonly prompt: string;
  readonly age: number;
  readonly claims: string;
}
const when: ParamConditions<Params> = {
  prompt: { method: ['model'] },
  age: { quality: { over: 0 }, weight: { below: 1 } },
  weight: [{ method: ['words'] }, { quality: { over: 0 } }],
  claims: { metrics: ['recall', 'precision'] },
};
const counts = (name: string, values: Readonly<Record<string, readonly unknown[]>>): boolean =>
  paramCounts({ when }, name, (other) => values[other]);

it('counts always where nothing is said of it', () => {
  expect(counts('method', {})).toBe(true);
  expect(paramCounts({}, 'prompt', () => ['words'])).toBe(true);
  expect(counts('toString', {})).toBe(true);
});

it('asks for all parts of a condition, and for one of several conditions', () => {
  expect(counts('prompt', { method: ['model'] })).toBe(true);
  expect(counts('prompt', { method: ['words'] })).toBe(false);
  expect(counts('age', { quality: [0.5], weight: [0] })).toBe(true);
  expect(counts('age', { quality: [0], weight: [0] })).toBe(false);
  expect(counts('age', { quality: [0.5], weight: [1] })).toBe(false);
  expect(counts('age', { quality: ['0.5'], weight: [0] })).toBe(false);
  expect(counts('weight', { method: ['model'], quality: [0.1] })).toBe(true);
  expect(counts('weight', { method: ['words'], quality: [0] })).toBe(true);
  expect(counts('weight', { method: ['model'], quality: [0] })).toBe(false);
});

it('lets one of several values do, and anything where nobody knows the value', () => {
  expect(counts('prompt', { method: ['words', 'model'] })).toBe(true);
  expect(counts('prompt', {})).toBe(true);
});

it('takes an empty list for all that there are', () => {
  expect(counts('claims', { metrics: [[]] })).toBe(true);
  expect(counts('claims', { metrics: [['f1', 'recall']] })).toBe(true);
  expect(counts('claims', { metrics: [['f1']] })).toBe(false);
});

it('says it in words', () => {
  const said = (name: string): string => conditionText(conditionsOf({ when }, name));
  expect(said('claims')).toBe('metrics is recall or precision');
  expect(said('age')).toBe('quality is over 0 and weight is below 1');
  expect(said('weight')).toBe('method is words, or quality is over 0');
});
