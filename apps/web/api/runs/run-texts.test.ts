import { expect, it } from 'vitest';
import { amountText, progressText } from './run-texts.ts';

it('says of a copy that it is made once and how large it is, and that it is made', () => {
  const unit = 'copied bytes of ollama:smollm2:135m';
  const of = (done: number, total?: number): string =>
    progressText({
      done,
      unit,
      ...(total === undefined ? {} : { total }),
    });
  expect(of(0)).toBe('making a copy that loads faster, once');
  expect(of(34e6, 138e6)).toBe('making a copy that loads faster, once: 34.0 MB of 138 MB');
  expect(of(138e6, 138e6)).toBe('made a copy that loads faster, once (138 MB)');
});

it('writes every number of bytes in units that people read', () => {
  expect(progressText({ done: 34e6, total: 138e6, unit: 'bytes', message: 'a.gguf' })).toBe(
    '34.0 MB of 138 MB · a.gguf',
  );
  expect(amountText({ done: 144_811_072, total: 144_811_072, unit: 'copied bytes of m' })).toBe(
    '145 MB of 145 MB',
  );
  expect(amountText({ done: 3, total: 9, unit: 'prompts' })).toBe('3 of 9');
});
