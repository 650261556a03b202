import { setTimeout as sleep } from 'node:timers/promises';
import { Outages } from '@graft/graph';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import {
  isAway,
  isBeyondEnd,
  isMissing,
  isTaken,
  isUnknownToService,
  s3Error,
} from './s3-error.ts';
import { shownPlace, type S3Settings } from './settings.ts';

/** Bytes of a part, and of the largest object that is sent whole. S3 takes at most 10,000 parts. */
const partBytes = 8 << 20;
const mostParts = 9_000;
/** Metadata of an object: its bytes as they were sent, in decimal. */
const sizeNote = 'graft-size';
/** Milliseconds to wait for a connection, and for the next byte on it. */
const connectMs = 5_000;
const silentMs = 30_000;
/** What is known of an object without reading it. */
interface ObjectHead {
  readonly size: number;
  /** By the service's clock, ms since the epoch. */
  readonly writtenAt: number;
}

interface ObjectBytes {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Names these very bytes in a later request. */
  readonly tag: string | undefined;
}

/** What an object is made of: read again from its start where a request has to be repeated. */
export interface NewObject {
  readonly size: number;
  readonly bytes: () => AsyncIterable<Uint8Array>;
  /** sha256 of the bytes, base64: the service refuses others. */
  readonly checksum?: string;
}

export interface BucketOptions {
  /** The service has answered another process already. */
  readonly isReached?: boolean;
  /** Tells when requests wait for the service. */
  readonly outages?: Outages;
}

/** The objects of one bucket below a prefix. What the client throws is a GraphError with the reason. */
export class Bucket {
  /** For messages. */
  readonly shown: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #outages: Outages;
  #reached: boolean;

  constructor(
    settings: S3Settings,
    { isReached = false, outages = new Outages() }: BucketOptions = {},
  ) {
    this.#reached = isReached;
    this.#outages = outages;
    const { bucket, prefix, endpoint, region, credentials } = settings;
    this.shown = shownPlace(settings);
    this.#bucket = bucket;
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    const isElsewhere = endpoint !== undefined;
    this.#client = new S3Client({
      ...(isElsewhere ? { endpoint, forcePathStyle: true } : {}),
      ...(region !== undefined ? { region } : isElsewhere ? { region: 'us-east-1' } : {}),
      ...(credentials === undefined
        ? {}
        : {
            credentials: {
              accessKeyId: credentials.accessKeyId,
              secretAccessKey: credentials.secretAccessKey,
              ...(credentials.sessionToken === undefined
                ? {}
                : { sessionToken: credentials.sessionToken }),
            },
          }),
      // Other services refuse the checksums that AWS alone takes unasked.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: connectMs, socketTimeout: silentMs },
    });
  }

  close(): void {
    this.#client.destroy();
  }

  /** Undefined where there is no such object. */
  head(key: string): Promise<ObjectHead | undefined> {
    return this.#patiently(async () => {
      try {
        const found = await this.#client.send(new HeadObjectCommand(this.#at(key)));
        return {
          size: found.ContentLength ?? 0,
          writtenAt: found.LastModified?.getTime() ?? 0,
        };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /**
   * Whether the service holds other bytes than were sent, by the sha256 (base64) that it computed or the length that was
   * noted with them. False where it holds the same ones, or does not say.
   */
  isDamaged(key: string, checksum: string): Promise<boolean> {
    return this.#patiently(async () => {
      try {
        const found = await this.#client.send(
          new HeadObjectCommand({ ...this.#at(key), ChecksumMode: 'ENABLED' }),
        );
        const noted = found.Metadata?.[sizeNote];
        if (noted !== undefined && noted !== String(found.ContentLength ?? 0)) return true;
        const sum = found.ChecksumSHA256;
        // Of an object in parts it is made of the parts' sums: "…-3".
        return sum !== undefined && !sum.includes('-') && sum !== checksum;
      } catch (error) {
        if (isMissing(error)) return true;
        throw error;
      }
    });
  }

  /** The bytes from `start` on; undefined where there is no such object. Reading them throws as this does. */
  get(key: string, start = 0): Promise<ObjectBytes | undefined> {
    return this.#patiently(async () => {
      try {
        const range = start === 0 ? {} : { Range: `bytes=${String(start)}-` };
        const found = await this.#client.send(new GetObjectCommand({ ...this.#at(key), ...range }));
        const body = found.Body;
        if (!(body instanceof Readable)) return { bytes: nothing(), tag: found.ETag };
        return { bytes: this.#read(body), tag: found.ETag };
      } catch (error) {
        if (isBeyondEnd(error)) return { bytes: nothing(), tag: undefined };
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /** The bytes of a small object. */
  async text(key: string): Promise<string | undefined> {
    const found = await this.get(key);
    return found === undefined ? undefined : (await gathered(found.bytes)).toString('utf8');
  }

  /** Writes an object that must not be there yet; false, and nothing changed, where it is. */
  async create(key: string, object: NewObject): Promise<boolean> {
    try {
      await this.#patiently(() => this.#send(key, object, '*'));
      return true;
    } catch (error) {
      if (error instanceof Taken) return false;
      throw error;
    }
  }

  /** Writes an object in place of what is there. */
  async replace(key: string, object: NewObject): Promise<void> {
    await this.#patiently(() => this.#send(key, object));
  }

  /** Deletes an object; with a tag, only those bytes. It may be gone already. */
  async delete(key: string, tag?: string): Promise<void> {
    await this.#patiently(async () => {
      const at = this.#at(key);
      try {
        const only = tag === undefined ? {} : { IfMatch: tag };
        await this.#client.send(new DeleteObjectCommand({ ...at, ...only }));
      } catch (error) {
        if (isMissing(error) || isTaken(error)) return;
        if (tag === undefined || !isUnknownToService(error)) throw error;
        await this.#client.send(new DeleteObjectCommand(at));
      }
    });
  }

  /** The objects below a folder, sorted by key; keys are below the prefix. */
  async *list(
    folder: string,
  ): AsyncGenerator<ObjectHead & { readonly key: string }, void, undefined> {
    let after: string | undefined;
    do {
      const page = await this.#patiently(() =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: this.#bucket,
            Prefix: this.#prefix + folder,
            ...(after === undefined ? {} : { ContinuationToken: after }),
          }),
        ),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key === undefined) continue;
        const key = Key.slice(this.#prefix.length);
        yield { key, size: Size ?? 0, writtenAt: LastModified?.getTime() ?? 0 };
      }
      after = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (after !== undefined);
  }

  /** Throws where the bucket cannot be listed: what is missing, wrong or refused. */
  async reach(): Promise<void> {
    await this.#patiently(() =>
      this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 }),
      ),
    );
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  async #send(key: string, { size, bytes, checksum }: NewObject, none?: '*'): Promise<void> {
    const condition = none === undefined ? {} : { IfNoneMatch: none };
    const at = { ...this.#at(key), Metadata: { [sizeNote]: String(size) } };
    try {
      if (size <= partBytes) {
        const sum = checksum === undefined ? {} : { ChecksumSHA256: checksum };
        const Body = await gathered(bytes());
        await this.#client.send(new PutObjectCommand({ ...at, ...condition, ...sum, Body }));
        return;
      }
      const upload = new Upload({
        client: this.#client,
        params: { ...at, ...condition, Body: Readable.from(bytes()) },
        partSize: Math.max(partBytes, Math.ceil(size / mostParts)),
        queueSize: 3,
      });
      await upload.done();
    } catch (error) {
      if (none !== undefined && isTaken(error)) throw new Taken();
      throw error;
    }
  }

  async *#read(body: Readable): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk;
    } catch (error) {
      throw s3Error(error, this.shown);
    } finally {
      body.destroy();
    }
  }

  /** Repeats a request while the service that has answered before is away. Without an answer so far, it fails at once. */
  async #patiently<T>(request: () => Promise<T>): Promise<T> {
    let deadline: number | undefined;
    let found: (() => void) | undefined;
    try {
      for (let pause = 200; ; pause = Math.min(pause * 2, 2_000)) {
        try {
          const answer = await request();
          this.#reached = true;
          return answer;
        } catch (error) {
          if (error instanceof Taken) throw error;
          // A request that fails may itself have taken as long.
          deadline ??= performance.now() + (this.#reached ? this.#outages.patience : 0);
          if (!isAway(error) || performance.now() >= deadline) throw s3Error(error, this.shown);
          found ??= this.#outages.wait(this.shown);
          await sleep(pause);
        }
      }
    } finally {
      found?.();
    }
  }
}

/** The object that was to be new is there. */
class Taken extends Error {}

async function gathered(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // An object without bytes.
}
