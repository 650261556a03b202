import { GraphError } from '@graft/graph';
import { z } from 'zod';

/** Bytes of local copies that are kept where nothing else is set. */
const usualCopies = 20e9;

const credentialsSchema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string().optional(),
});

/** A place for artifacts in S3. It travels to worker processes, over the channel that their other settings take. */
export const s3SettingsSchema = z.object({
  bucket: z.string(),
  /** Without slashes at its ends; may be empty. */
  prefix: z.string(),
  /** Of a service that is not AWS: it is then addressed by path, `http://host/bucket/key`. */
  endpoint: z.string().optional(),
  region: z.string().optional(),
  /** Default: what the files and services of AWS give this account. */
  credentials: credentialsSchema.optional(),
  /** Bytes of artifacts that are also kept in the state folder. */
  copies: z.number().nonnegative(),
});
export type S3Settings = z.infer<typeof s3SettingsSchema>;

/** Variables by name, as the environment has them. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads `GRAFT_ARTIFACTS=s3://bucket/prefix` and the variables of AWS's own tools; undefined where it is not set. Throws
 * `bad-input`, and never repeats a key.
 */
export function readS3Settings(variables: Variables): S3Settings | undefined {
  const set = (name: string): string | undefined => variables[name]?.trim() || undefined;
  const place = set('GRAFT_ARTIFACTS');
  if (place === undefined) return undefined;
  const [, bucket, rest = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/.*)?$/.exec(place) ?? [];
  const prefix = rest.split('/').filter((part) => part !== '');
  if (
    bucket === undefined ||
    !prefix.every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part))
  ) {
    throw refused(
      'GRAFT_ARTIFACTS is not a place in S3. Write s3://bucket/prefix, with letters, digits, dots, dashes and underscores.',
    );
  }
  const [accessKeyId, secretAccessKey] = [set('AWS_ACCESS_KEY_ID'), set('AWS_SECRET_ACCESS_KEY')];
  const sessionToken = set('AWS_SESSION_TOKEN');
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw refused(
      'Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set. Set both, or neither to use the profile of this account.',
    );
  }
  const endpoint = endpointOf(set('AWS_ENDPOINT_URL_S3') ?? set('AWS_ENDPOINT_URL'));
  const region = set('AWS_REGION') ?? set('AWS_DEFAULT_REGION');
  return {
    ...{ bucket, prefix: prefix.join('/'), copies: copiesOf(set('GRAFT_ARTIFACTS_CACHE')) },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            ...{ accessKeyId, secretAccessKey },
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  };
}

/** The place in messages: nothing in it is secret. */
export function shownPlace({ bucket, prefix, endpoint }: S3Settings): string {
  const at = endpoint === undefined ? '' : ` at ${endpoint}`;
  return `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}${at}`;
}

function endpointOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '';
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isPlain) {
    throw refused(
      'AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL) is not the address of a server. Write http://host:port or https://host, without a user or a password.',
    );
  }
  return url.href.replace(/\/$/, '');
}

const units: Readonly<Record<string, number>> = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function copiesOf(text: string | undefined): number {
  if (text === undefined) return usualCopies;
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]B)?$/i.exec(text) ?? [];
  const factor = units[unit.toUpperCase()];
  if (amount === undefined || factor === undefined) {
    throw refused('GRAFT_ARTIFACTS_CACHE is not a size. Write one such as 500MB or 20GB.');
  }
  return Number(amount) * factor;
}

function refused(message: string): GraphError {
  return new GraphError('bad-input', message, { audience: 'operator' });
}
