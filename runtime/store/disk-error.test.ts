import { expect, it } from 'vitest';
import { diskError } from './disk-error.ts';

const thrown = (code: string): Error => Object.assign(new Error(code), { code });

it.each([
  ['ENOSPC', 'no-space', 'graft cache gc'],
  ['EDQUOT', 'no-space', 'graft cache gc'],
  ['EACCES', 'state-unusable', 'read-only, or belongs to another user'],
  ['EROFS', 'state-unusable', 'read-only, or belongs to another user'],
  ['ENOENT', 'state-unusable', 'Start Graft again'],
  ['ENOTDIR', 'state-unusable', 'Start Graft again'],
])('%s of the state folder is %s, and says what to do', (code, expected, advice) => {
  const error = diskError(thrown(code), '/state/artifacts/x');
  expect(error).toMatchObject({ code: expected, audience: 'operator' });
  expect(error.message).toContain('/state/artifacts');
  expect(error.message).toContain(advice);
});
