import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Exit code of a thread whose PDF unpacks to more than allowed. */
export const unpackedTooMuch = 77;
/** Exit code of a thread with a full heap. */
export const heapFull = 'ERR_WORKER_OUT_OF_MEMORY';

/** MiB of text, fonts and tables of a PDF as objects. */
const heap = 512;

/**
 * The thread's code: it answers `{ data, most }` with `{ text, title, pages }` or `{ encrypted, message }`. `most`
 * limits the bytes of arrays for a page, and for the file's own tables: every stream is unpacked into arrays, whatever
 * size it states. pdf.js treats errors of a stream as damage and goes on, so the thread ends instead.
 */
const code = `
const { parentPort, workerData } = require('node:worker_threads');
let left = Infinity;
const spend = (bytes) => {
  left -= bytes;
  if (left < 0) process.exit(${String(unpackedTooMuch)});
};
for (const name of ['Uint8', 'Uint8Clamped', 'Int8', 'Uint16', 'Int16', 'Uint32', 'Int32', 'Float32', 'Float64']) {
  const array = globalThis[name + 'Array'];
  globalThis[name + 'Array'] = new Proxy(array, {
    construct(target, given, newTarget) {
      const [what] = given;
      if (typeof what === 'number') spend(what * array.BYTES_PER_ELEMENT);
      else if (Array.isArray(what) || ArrayBuffer.isView(what)) spend(what.length * array.BYTES_PER_ELEMENT);
      return Reflect.construct(target, given, newTarget);
    },
  });
}
// pdf.js looks for each page from the beginning of the page tree: where all pages are in one list, that takes time by the
// square of their number. It has a way to find all of them at once, which it keeps for damaged trees.
const quickened = new WeakSet();
const quicken = (catalog) => {
  if (typeof catalog?.getAllPageDicts !== 'function' || quickened.has(catalog)) return;
  quickened.add(catalog);
  const alone = catalog.getPageDict.bind(catalog);
  let all;
  catalog.getPageDict = async (index) => {
    all ??= catalog.getAllPageDicts().catch(() => new Map());
    const found = (await all).get(index);
    // What is damaged is looked for as before.
    return Array.isArray(found) && !(found[0] instanceof Error) ? found : alone(index);
  };
};
// It hands out its pages, by their numbers, from a map.
const set = Map.prototype.set;
Map.prototype.set = function (key, value) {
  if (typeof key === 'number' && value instanceof Promise) {
    value.then((page) => quicken(page?.pdfManager?.pdfDocument?.catalog), () => {});
  }
  return set.call(this, key, value);
};
// Its chunks are not seen here; without it pdf.js unpacks into arrays.
delete globalThis.DecompressionStream;

const library = import(workerData).catch((error) => setImmediate(() => { throw error; }));
// pdf.js fails at some damage where it waits for nothing: what it is asked for says so, or comes without it.
process.on('unhandledRejection', () => {});
parentPort.on('message', async ({ data, most }) => {
  const pdfjs = await library;
  left = most;
  const task = pdfjs.getDocument({
    data,
    isEvalSupported: false,
    useSystemFonts: false,
    disableFontFace: true,
    stopAtErrors: true,
    verbosity: pdfjs.VerbosityLevel.ERRORS,
  });
  let answer;
  try {
    const document = await task.promise;
    const pages = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      left = most;
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\\n' : '') : '')).join(''));
      page.cleanup();
    }
    const { info } = await document.getMetadata();
    answer = { pages, title: typeof info.Title === 'string' ? info.Title : '' };
  } catch (error) {
    answer = { encrypted: error?.name === 'PasswordException', message: String(error?.message ?? error) };
  }
  await task.destroy().catch(() => {});
  left = Infinity;
  parentPort.postMessage(answer);
});
`;

/**
 * A thread that reads PDFs, one after another; it does not keep the process alive. `before` is code that runs first.
 */
export function startPdfThread(before = ''): Worker {
  const library = createRequire(import.meta.url).resolve('pdfjs-dist/legacy/build/pdf.mjs');
  return new Worker(before + code, {
    eval: true,
    workerData: pathToFileURL(library).href,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: heap },
  });
}
