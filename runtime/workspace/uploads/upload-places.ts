import { lstat } from 'node:fs/promises';
import { GraphError } from '@graft/graph';
import { hashFile } from '@graft/kit';
import { requirePortablePath } from '../files/graph-path.ts';
import { numberedName, workspacePath, type WorkspacePath } from '../files/workspace-path.ts';
import { isFileOf } from '../package/write-new-file.ts';
import type { SentFile } from './sent-files.ts';

/** A file that has come, and where it waits for its place. */
export interface StagedFile extends SentFile {
  readonly staged: string;
}

/** The place of a file that has come; `present` where that holds its bytes already. */
export interface UploadEnd extends WorkspacePath {
  readonly staged: string;
  readonly present: boolean;
}

/** Where a file that is sent is to go. Throws `bad-name` and `outside-workspace`. */
export function uploadPlace(root: string, path: string): Promise<WorkspacePath> {
  requirePortablePath(path);
  return workspacePath(root, path);
}

/**
 * Refuses with `name-taken`, before a byte has come, where another file surely stands at one of the places; then all that
 * are there are named.
 */
export async function requireFree(
  files: readonly SentFile[],
  places: readonly WorkspacePath[],
): Promise<void> {
  const known = new Set<string>();
  const there: string[] = [];
  let others = 0;
  for (const [at, place] of places.entries()) {
    const found = await standing(place, files[at]?.size ?? 0, known);
    known.add(folded(place.short));
    if (found !== 'nothing') there.push(place.short);
    if (found === 'another') others += 1;
  }
  if (others > 0) throw taken(there);
}

/**
 * Where each file that has come goes in the end. One at whose place its own bytes are stays there; one at whose place
 * another file is gets a number if `renamed`. Throws `name-taken`, naming all that are there.
 */
export async function uploadEnds(
  root: string,
  files: readonly StagedFile[],
  renamed: boolean,
): Promise<readonly UploadEnd[]> {
  const known = new Set<string>();
  const ends: UploadEnd[] = [];
  const there: string[] = [];
  let others = 0;
  for (const file of files) {
    let end = await endAt(await uploadPlace(root, file.path), file, known);
    for (let number = 2; renamed && end.found === 'another'; number++) {
      end = await endAt(await uploadPlace(root, numberedName(file.path, number)), file, known);
    }
    const { found, ...rest } = end;
    if (found !== 'nothing') there.push(rest.short);
    if (found === 'another') others += 1;
    known.add(folded(rest.short));
    ends.push({ ...rest, present: found === 'its own' });
  }
  if (others > 0) throw taken(there);
  return ends;
}

async function endAt(place: WorkspacePath, file: StagedFile, known: ReadonlySet<string>) {
  const { staged, size } = file;
  let found: 'nothing' | 'another' | 'its own';
  const stands = await standing(place, size, known);
  if (stands === 'as many bytes') {
    const { digest } = await hashFile(staged);
    found = (await isFileOf(place.absolute, digest)) ? 'its own' : 'another';
  } else found = stands;
  return { ...place, staged, found };
}

/** What is at a place; `known` are the places of other files that are sent with it, folded. */
async function standing(
  { short, absolute }: WorkspacePath,
  size: number,
  known: ReadonlySet<string>,
): Promise<'nothing' | 'another' | 'as many bytes'> {
  if (known.has(folded(short))) return 'another';
  const found = await lstat(absolute).catch(() => undefined);
  if (found === undefined) return 'nothing';
  return found.isFile() && found.size === size ? 'as many bytes' : 'another';
}

/** Names that are one where upper and lower case are. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();

export function taken(paths: readonly string[]): GraphError {
  const problems = paths.map((path) => ({
    ...({ code: 'name-taken', audience: 'user' } as const),
    message: `The workspace already has a file ${path}. Nothing was written.`,
    location: { file: path },
  }));
  return new GraphError('name-taken', problems[0]?.message ?? '', { problems });
}
