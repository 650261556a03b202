import { digestSchema, GraphError, modelEntrySchema } from '@graft/graph';
import { z } from 'zod';

/** What package files are called. */
export const packageSuffix = '.graft.zip';
/** The format that this version writes. */
export const packageFormat = 1;
/** Files, artifacts and model files of a package, each counted once. */
export const maxBlobs = 200_000;
/** Bytes of the manifest, and of each list of records. */
export const maxListing = 64 * 1024 * 1024;
/** No text that people pack gets so much smaller; what claims to is made to fill disks. */
const largestRatio = 200;
/** Bytes that any package may unpack to. */
const alwaysAllowed = 1 << 30;

/** Bytes that a package of `size` bytes may unpack to. */
export const largestContents = (size: number): number =>
  Math.max(alwaysAllowed, size * largestRatio);

/** Milliseconds since 1970, as far as a date reaches. */
const timeSchema = z.number().min(0).max(8.64e15);

/** A file of the workspace. */
const fileSchema = z.object({ path: z.string(), digest: digestSchema });

/** A run with its events, and the cache records of its steps; the lists are blobs of their own. */
const resultsSchema = z.object({
  runId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  startedAt: timeSchema,
  finishedAt: timeSchema,
  /** Blob: one RunEvent a line. */
  events: digestSchema,
  /** Blob: one ActionRecord a line. */
  actions: digestSchema,
  /** Blobs of what the steps gave: artifacts, and the files of those that are trees. */
  artifacts: z.array(digestSchema),
  /** Blob: the text of the graph that ran. */
  graph: digestSchema.optional(),
  /** Blobs: the texts of the graph files that it used, by path. */
  graphs: z.record(z.string(), digestSchema).optional(),
});

/**
 * What a package holds. Its bytes are in `blobs/<sha256>`, each once, whatever they belong to: paths stand
 * nowhere but here.
 */
const packageManifestSchema = z.object({
  graftPackage: z.literal(packageFormat),
  /** For people: "from rag-quickstart". */
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, 'It holds control characters'),
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
      `The package has format ${String(format.data.graftPackage)}, and this version of Graft reads up to ${String(packageFormat)}. Update Graft to open it.`,
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
    `This is no sound package: ${what}. Ask for it anew, or pack it again.`,
    { location: { file: archive }, ...(cause === undefined ? {} : { cause }) },
  );
}
