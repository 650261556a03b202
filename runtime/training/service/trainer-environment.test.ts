import { expect, it } from 'vitest';
import { trainerEnvironment } from './trainer-environment.ts';

it('asks for huge pages beside what is set already', () => {
  expect(trainerEnvironment({ HOME: '/home/me' })).toEqual({
    HOME: '/home/me',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  });
  expect(trainerEnvironment({ GLIBC_TUNABLES: '' })).toEqual({
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
  });
  expect(trainerEnvironment({ GLIBC_TUNABLES: 'glibc.malloc.check=1' })).toEqual({
    GLIBC_TUNABLES: 'glibc.malloc.check=1:glibc.malloc.hugetlb=1',
  });
});

it('leaves the decision of a user who has made it', () => {
  const own = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' };
  expect(trainerEnvironment(own)).toBe(own);
});
