import { GraphError, type SourceFile } from '@graft/graph';
import { withoutSpacesAtLineEnds } from '../kit/text/line-ends.ts';

/** Bytes; a PDF is read whole. */
const maxPdf = 512 * 1024 * 1024;

export interface PdfText {
  readonly title: string;
  readonly text: string;
  readonly pages: number;
}

/** The text of a PDF, pages a blank line apart. Throws `encrypted-file`, `damaged-file`. */
export async function readPdf(file: SourceFile, signal: AbortSignal): Promise<PdfText> {
  if (file.size > maxPdf) {
    throw new GraphError('too-large', `${file.path} has more than 512 MiB; split the PDF.`, {
      location: { file: file.path },
    });
  }
  const pdfjs = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = pdfjs.getDocument({
    data: new Uint8Array(await file.bytes()),
    isEvalSupported: false,
    useSystemFonts: false,
    disableFontFace: true,
    stopAtErrors: true,
    verbosity: pdfjs.VerbosityLevel.ERRORS,
  });
  try {
    const document = await task.promise;
    const pages: string[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      signal.throwIfAborted();
      const page = await document.getPage(number);
      const content = await page.getTextContent();
      const text = content.items
        .map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : ''))
        .join('');
      pages.push(withoutSpacesAtLineEnds(text).trim());
      page.cleanup();
    }
    const { info } = await document.getMetadata();
    return { title: titleOf(info), text: pages.join('\n\n').trim(), pages: document.numPages };
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadable(file.path, cause);
  } finally {
    await task.destroy();
  }
}

function titleOf(info: object): string {
  return 'Title' in info && typeof info.Title === 'string' ? info.Title.trim() : '';
}

function unreadable(path: string, cause: unknown): GraphError {
  const encrypted = cause instanceof Error && cause.name === 'PasswordException';
  const message = encrypted
    ? `${path} is encrypted: it opens only with a password. Save it without one, then run again.`
    : `${path} is not a PDF that can be read; it may be damaged. Open and save it anew, or take it out of the files.`;
  return new GraphError(encrypted ? 'encrypted-file' : 'damaged-file', message, {
    location: { file: path, param: 'paths' },
    cause,
  });
}
