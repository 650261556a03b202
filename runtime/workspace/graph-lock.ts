import {
  canonicalEncode,
  GraphError,
  sha256,
  type Lock,
  type ModelLookup,
  type Plan,
  type Problem,
  type ResolvedFile,
  type SourceResolver,
} from '@graft/graph';

/** A source whose bytes are other than the lock of its graph says. */
export interface Drift {
  readonly kind: 'model' | 'files';
  /** The model's id; the path or pattern of the files. */
  readonly name: string;
  readonly locked: string;
  readonly now: string;
}

/** One digest a source, as the sources of a plan are now. What cannot be resolved is left out: the plan says why. */
export async function currentLock(
  plan: Plan,
  { files, models }: { readonly files: SourceResolver; readonly models: ModelLookup },
): Promise<Lock> {
  const lock = { models: new Map<string, string>(), files: new Map<string, string>() };
  for (const source of plan.nodes.flatMap((node) => node.sources)) {
    if (source.kind === 'model') {
      const facts = models(source.id);
      if (facts !== undefined) lock.models.set(source.id, facts.digest);
      continue;
    }
    for (const pattern of source.patterns) {
      if (lock.files.has(pattern)) continue;
      const found = await files.files([pattern]).catch(() => undefined);
      if (found !== undefined) lock.files.set(pattern, filesDigest(pattern, found));
    }
  }
  return { models: Object.fromEntries(lock.models), files: Object.fromEntries(lock.files) };
}

/** Of a file its own; of a folder or pattern that of all paths and digests. */
function filesDigest(pattern: string, files: readonly ResolvedFile[]): string {
  const [only] = files;
  if (only !== undefined && files.length === 1 && only.path === pattern) return only.digest;
  return sha256(canonicalEncode(files.map(({ path, digest }) => [path, digest])));
}

/** What has changed since it was locked. What the lock does not name has not. */
export function lockDrift(locked: Lock, now: Lock): Drift[] {
  return [
    ...drifted('model', locked.models, now.models),
    ...drifted('files', locked.files, now.files),
  ];
}

function drifted(kind: Drift['kind'], locked: Lock['files'], now: Lock['files']): Drift[] {
  const current = new Map(Object.entries(now));
  return Object.entries(locked).flatMap(([name, digest]) => {
    const found = current.get(name);
    return found === undefined || found === digest
      ? []
      : [{ kind, name, locked: digest, now: found }];
  });
}

/** Drift that a run is refused for: of models always, of files only where the lock is to be kept to. */
export function driftProblems(
  drift: readonly Drift[],
  { file, locked }: { readonly file: string; readonly locked: boolean },
): Problem[] {
  return drift
    .filter(({ kind }) => kind === 'model' || locked)
    .map((each) => ({
      code: 'lock-differs',
      message: `${driftText(each)} Take what is here with \`graft lock ${file}\`, or bring back what was locked.`,
      location: { file },
      audience: 'user',
    }));
}

export function driftText({ kind, name, locked, now }: Drift): string {
  const what = kind === 'model' ? `The model "${name}" has` : `"${name}" holds`;
  return `${what} other bytes than were locked: ${now.slice(0, 12)} instead of ${locked.slice(0, 12)}.`;
}

/** Throws the first of the problems, with all of them. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first !== undefined) throw new GraphError(first.code, first.message, { ...first, problems });
}
