import { expect, test } from 'vitest';
import { faultLine } from './fault-line.ts';

test('the line that a message names is found, in the first that names one', () => {
  expect(faultLine(['The code failed at the row "a" (line 3, column 5): x is not defined.'])).toBe(
    3,
  );
  expect(faultLine(['It is slow.', 'Took longer than 10 ms (from line 12 on).'])).toBe(12);
  expect(faultLine(['The code has no function transform.', 'An online 4 store'])).toBeUndefined();
});
