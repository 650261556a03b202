import { bytes } from '@graft/nodes/kit/ui';
import type { FileToSend, ShownProblem } from '@graft/view';
import { api } from './client.ts';
import { toldProblems } from './problem.ts';

export interface Sending {
  /** Called with the bytes sent so far, and all bytes. */
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Files that the server refused, with the reasons. */
export class UploadRefused extends Error {
  readonly problems: readonly ShownProblem[];

  constructor(message: string, problems: readonly ShownProblem[] = []) {
    super(message);
    this.problems = problems;
  }
}

/**
 * Sends files in one body and returns the server's answer. Throws `UploadRefused`, or `AbortError` when it is stopped.
 */
export async function sendFiles(
  files: readonly FileToSend[],
  query: Readonly<Record<string, string>>,
  sending: Sending,
): Promise<unknown> {
  const { signal } = sending;
  const limit = await api.packages.limit.query(undefined, { ...(signal && { signal }) });
  signal?.throwIfAborted();
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  if (size > limit) {
    throw new UploadRefused(
      `The upload is ${bytes(size)}, but the server accepts at most ${bytes(limit)}. Copy it to the server’s machine yourself, or start the server with a larger --max-package.`,
    );
  }
  for (const file of files) await requireReadable(file);
  signal?.throwIfAborted();
  const head = { files: files.map(({ path, file }) => ({ path, size: file.size })) };
  const body = new Blob([`${JSON.stringify(head)}\n`, ...files.map(({ file }) => file)]);
  return post(`api/upload?${new URLSearchParams(query).toString()}`, body, sending);
}

/** A dropped folder arrives as an unreadable file: without this check, the upload would end without a reason. */
async function requireReadable({ file }: FileToSend): Promise<void> {
  await file
    .slice(0, 1)
    .arrayBuffer()
    .catch(() => {
      const why = 'it is a folder, or has been changed or removed since you chose it';
      throw new UploadRefused(`“${file.name}” cannot be read: ${why}. Choose files.`);
    });
}

// XMLHttpRequest, because fetch reports no progress of an upload.
function post(address: string, body: Blob, { progress, signal }: Sending): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener('progress', ({ loaded }) => progress?.(loaded, body.size));
    request.addEventListener('load', () => {
      const answer = parsed(request.responseText);
      if (request.status === 200) return resolve(answer);
      const problems = toldProblems(answer) ?? [];
      reject(new UploadRefused(problems[0]?.message ?? 'The server refused the upload.', problems));
    });
    // The upload also ends if a file was changed or removed after it was chosen.
    const broken =
      'The upload broke off. Check that “graft serve” is still running and the file has not changed, then try again.';
    request.addEventListener('error', () => reject(new UploadRefused(broken)));
    request.addEventListener('abort', () =>
      reject(new DOMException('The upload was cancelled.', 'AbortError')),
    );
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', address);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.send(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Why an upload was refused. With several files, a bad name is prefixed with its file: the screen shows it nowhere
 * else.
 */
export function uploadRefusal(error: unknown, several: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const [problem] = error instanceof UploadRefused ? error.problems : [];
  const { file } = problem?.location ?? {};
  const isNamed = several && problem?.code === 'bad-name' && file !== undefined;
  return isNamed ? `${file}: ${error.message}` : error.message;
}
