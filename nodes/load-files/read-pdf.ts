import type { Worker } from 'node:worker_threads';
import { GraphError, type SourceFile } from '@graft/graph';
import { z } from 'zod';
import { withoutSpacesAtLineEnds } from '../kit/text/block-text.ts';
import { heapFull, startPdfThread, unpackedTooMuch } from './pdf-thread.ts';

const mebi = 1024 * 1024;
/** Bytes; a PDF is read as a whole. */
const maxPdf = 512 * mebi;

export interface PdfText {
  readonly title: string;
  readonly text: string;
  readonly pages: number;
}

const answerSchema = z.union([
  z.object({ pages: z.array(z.string()), title: z.string() }),
  z.object({ encrypted: z.boolean(), message: z.string() }),
]);
type Answer = z.output<typeof answerSchema>;

/** An idle thread, kept for the next PDF: starting one takes longer than most PDFs. */
let idle: Worker | undefined;

/**
 * The text of a PDF, with a blank line between pages. Throws `encrypted-file`, `damaged-file`, and `too-large` if it
 * unpacks to more, or takes longer, than its size allows.
 */
export async function readPdf(file: SourceFile, signal: AbortSignal): Promise<PdfText> {
  if (file.size > maxPdf) {
    throw tooLarge(file.path, 'has more than 512 MiB. Split the PDF');
  }
  const data = Uint8Array.from(await file.bytes());
  signal.throwIfAborted();
  const answer = await readInThread(file, data, signal);
  if ('message' in answer) throw unreadable(file.path, answer);
  return {
    title: answer.title.trim(),
    text: answer.pages
      .map((page) => withoutSpacesAtLineEnds(page).trim())
      .join('\n\n')
      .trim(),
    pages: answer.pages.length,
  };
}

/** Ends the thread if the PDF exceeds a limit or the signal aborts. */
function readInThread(
  { path, size }: SourceFile,
  data: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Answer> {
  const thread = idle ?? startPdfThread();
  idle = undefined;
  thread.ref();
  // Growing arrays double, and a page's text passes through two: content is a quarter of the memory.
  const most = Math.min(32 * mebi + 64 * size, 1024 * mebi);
  const seconds = 60 + 10 * Math.ceil(size / mebi);
  return new Promise<Answer>((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      thread.off('message', read).off('error', failed).off('exit', gone);
      settle();
    };
    const fail = (error: unknown): void => {
      end(() => void thread.terminate().finally(() => reject(error)));
    };
    const abort = (): void => fail(signal.reason);
    const timer = setTimeout(() => {
      fail(tooLarge(path, `takes more than ${seconds} s to read, which is the limit for its size`));
    }, seconds * 1000);
    const read = (message: unknown): void => {
      end(() => {
        thread.unref();
        if (idle === undefined) idle = thread;
        else void thread.terminate();
        resolve(answerSchema.parse(message));
      });
    };
    const failed = (error: NodeJS.ErrnoException): void => {
      fail(error.code === heapFull ? tooLarge(path, 'needs more than 512 MiB of memory') : error);
    };
    const gone = (code: number): void => {
      const limit = `${Math.floor(most / mebi)} MiB, which is the limit for its size`;
      fail(
        code === unpackedTooMuch
          ? tooLarge(path, `unpacks a page to more than ${limit}`)
          : new Error(`the thread that reads PDFs ended with ${code}`),
      );
    };
    signal.addEventListener('abort', abort);
    thread.on('message', read).on('error', failed).on('exit', gone);
    thread.postMessage({ data, most }, [data.buffer]);
  });
}

function tooLarge(path: string, what: string): GraphError {
  return new GraphError(
    'too-large',
    `${path} ${what}. Save it again, or remove it from the files.`,
    {
      location: { file: path, param: 'paths' },
    },
  );
}

function unreadable(
  path: string,
  { encrypted, message: cause }: Extract<Answer, { encrypted: boolean }>,
): GraphError {
  const message = encrypted
    ? `${path} needs a password. Save it without a password, then run again.`
    : `${path} is not a readable PDF; it may be damaged. Open it and save it again, or remove it from the files.`;
  return new GraphError(encrypted ? 'encrypted-file' : 'damaged-file', message, {
    location: { file: path, param: 'paths' },
    cause: new Error(cause),
  });
}
