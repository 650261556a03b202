import { digestSchema, GraphError, modelEntrySchema } from '@graft/graph';
import { z } from 'zod';

/** What package files are called. */
export const packageSuffix = '.graft.zip';
/** The newest format that this version reads. Format 2 allows results without a run. */
const packageFormat = 2;
/** Blobs of a package, and paths that it writes: its files and those of its models. */
export const maxBlobs = 200_000;
/** Folders that the files of a package lie in: making one takes longer than writing a small file. */
export const maxFolders = 10_000;
/** Models of a package: recording one reads and writes the list of all. */
export const maxModels = 64;
/** Bytes of the manifest, and of each list of records. */
export const maxListing = 64 * 1024 * 1024;
/** No text that people pack gets so much smaller; what claims to is made to fill disks. */
const largestRatio = 200;
/** Bytes that any package may unpack to. */
const alwaysAllowed = 1 << 30;

/** Bytes that a package of `size` bytes may unpack to. */
export const largestContents = (size: number): number =>
  Math.max(alwaysAllowed, size * largestRatio);

/** Results seldom get so much smaller. */
const largestParsedRatio = 32;
/** Bytes of artifacts that any package may have checked. */
const alwaysParsed = 256 * 1024 * 1024;

/** Bytes that Graft parses to check the results of a package of `size` bytes: this takes more time than unpacking. */
export const largestParsed = (size: number): number =>
  Math.max(alwaysParsed, size * largestParsedRatio);

/** Milliseconds since 1970, as far as a date reaches. */
const timeSchema = z.number().min(0).max(8.64e15);

/** A file of the workspace. */
const fileSchema = z.object({ path: z.string(), digest: digestSchema });

const runSchema = z.object({
  runId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  startedAt: timeSchema,
  finishedAt: timeSchema,
  /** Blob: one RunEvent a line. */
  events: digestSchema,
});

/** Cache records of steps, and the run with its events that is shown; the lists are blobs of their own. */
const cachedSchema = z.object({
  /** Blob: one ActionRecord a line. */
  actions: digestSchema,
  /** Blobs of what the steps gave: artifacts, and the files of those that are trees. */
  artifacts: z.array(digestSchema),
  /** Blob: the text of the graph that ran. */
  graph: digestSchema.optional(),
  /** Blobs: the texts of the graph files that it used, by path. */
  graphs: z.record(z.string(), digestSchema).optional(),
});

/** Without a run where only experiments have run. The order of the fields counts: see `receivedId`. */
const resultsSchema = z.union([
  z.object({ ...runSchema.shape, ...cachedSchema.shape }),
  z.object({
    ...cachedSchema.shape,
    ...{ runId: z.undefined().optional(), events: z.undefined().optional() },
  }),
]);

/**
 * What a package holds. Its bytes are in `blobs/<sha256>`, each once, whatever they belong to: paths stand
 * nowhere but here.
 */
const packageManifestSchema = z.object({
  graftPackage: z.union([z.literal(1), z.literal(2)]),
  /** For people: "from rag-quickstart". */
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'It contains control characters'),
  createdAt: timeSchema,
  /** The path of its graph, one of `files`. */
  graph: z.string(),
  files: z.array(fileSchema),
  results: resultsSchema.optional(),
  models: z.array(modelEntrySchema),
  /** Digest → bytes: all that is in `blobs`, and nothing else is. */
  blobs: z.record(digestSchema, z.number().int().nonnegative()),
});
export type PackageManifest = z.infer<typeof packageManifestSchema>;

/** The oldest format that holds such results: whoever reads no newer one can open the package. */
export const formatOf = (results: PackageManifest['results']): PackageManifest['graftPackage'] =>
  results !== undefined && results.runId === undefined ? 2 : 1;

/** Paths that a package writes; several may name one blob. */
export const writtenPaths = ({ files, models }: PackageManifest): number =>
  models.reduce((sum, model) => sum + model.files.length, files.length);

/** Whether the files lie in more folders than a package may have. Counts no further: paths may be of any length. */
export function hasTooManyFolders({ files }: Pick<PackageManifest, 'files'>): boolean {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      if (folders.add(folder).size > maxFolders) return true;
    }
  }
  return false;
}

/** Bytes that a package takes once it is unpacked: those of each path, and of each blob of its results. */
export function unpackedSize({ files, models, results, blobs }: PackageManifest): number {
  const sum = (digests: Iterable<string | undefined>): number =>
    [...digests].reduce((total, digest) => total + (blobs[digest ?? ''] ?? 0), 0);
  return (
    sum(files.map(({ digest }) => digest)) +
    sum(models.flatMap((model) => model.files.map(({ digest }) => digest))) +
    sum(new Set(results === undefined ? [] : resultBlobs(results)))
  );
}

/** The digests of which a run's results are made. */
export function resultBlobs(results: NonNullable<PackageManifest['results']>): string[] {
  const { events, actions, artifacts } = results;
  return [...(events === undefined ? [] : [events]), actions, ...artifacts, ...graphsOf(results)];
}

/** The texts of what ran. */
export function graphsOf({
  graph,
  graphs = {},
}: NonNullable<PackageManifest['results']>): readonly string[] {
  return [...(graph === undefined ? [] : [graph]), ...Object.values(graphs)];
}

/** Reads a manifest. Throws `newer-format` or `damaged-file`. */
export function parseManifest(text: string, archive: string): PackageManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(archive, 'its manifest is not JSON', cause);
  }
  const format = z.object({ graftPackage: z.number().int().min(1) }).safeParse(value);
  if (!format.success) throw damaged(archive, 'its manifest does not say "graftPackage": 1');
  if (format.data.graftPackage > packageFormat) {
    throw new GraphError(
      'newer-format',
      `The package has format ${String(format.data.graftPackage)}; this Graft reads up to format ${String(packageFormat)}. Update Graft.`,
      { location: { file: archive } },
    );
  }
  const parsed = packageManifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(
    archive,
    `its manifest is wrong at ${issue?.path.join('.') ?? 'the top'}: ${issue?.message ?? ''}`,
    parsed.error,
  );
}

/** A package that is cut off, altered, or not one. */
export function damaged(archive: string, what: string, cause?: unknown): GraphError {
  return new GraphError(
    'damaged-file',
    `The package is damaged: ${what}. Get it again, or pack it again.`,
    { location: { file: archive }, ...(cause === undefined ? {} : { cause }) },
  );
}
