type Environment = Readonly<Record<string, string | undefined>>;

const hugePages = 'glibc.malloc.hugetlb';

/**
 * The environment that a trainer process is started with: its own process' and, unless the user has decided that, glibc
 * told to ask for huge pages, so that a step touches hundreds of them instead of hundreds of thousands. Elsewhere than
 * on Linux with glibc it says nothing to anyone.
 */
export function trainerEnvironment(own: Environment): Environment {
  const tunables = own['GLIBC_TUNABLES'];
  if (tunables?.includes(hugePages) === true) return own;
  const given = tunables === undefined || tunables === '' ? [] : [tunables];
  return { ...own, GLIBC_TUNABLES: [...given, `${hugePages}=1`].join(':') };
}
