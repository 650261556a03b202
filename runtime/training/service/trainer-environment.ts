type Environment = Readonly<Record<string, string | undefined>>;

const hugePages = 'glibc.malloc.hugetlb';

/**
 * The environment of a trainer process: the parent's and, unless the user has decided that, glibc's setting for huge
 * pages, so that a step touches hundreds of them instead of hundreds of thousands. It has no effect outside Linux with
 * glibc.
 */
export function trainerEnvironment(own: Environment): Environment {
  const tunables = own['GLIBC_TUNABLES'];
  if (tunables?.includes(hugePages) === true) return own;
  const given = tunables === undefined || tunables === '' ? [] : [tunables];
  return { ...own, GLIBC_TUNABLES: [...given, `${hugePages}=1`].join(':') };
}
