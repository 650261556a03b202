/** Most lines that the code may log for a row, and characters of each. */
const mostLines = 20;
const longestLine = 500;
/** Most characters of a row's result, as JSON, in MiB. */
const mostGiven = 16;

/**
 * Runs in the sandbox before the code: provides a console, removes what would make equal rows give different results,
 * and leaves two functions that only the thread holds. The code can break what these use (JSON, arrays), but only
 * affects its own answer.
 */
export const prelude = `
(() => {
  const { parse, stringify } = JSON;
  const Waiting = Promise;
  const said = [];
  const worded = (value) => {
    if (typeof value === 'string') return value;
    try {
      return stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const says = (level) => (...parts) => {
    if (said.length >= ${String(mostLines)}) return;
    said[said.length] = [level, parts.map(worded).join(' ').slice(0, ${String(longestLine)})];
  };
  const [info, warning] = [says('info'), says('warning')];
  globalThis.console = { debug: info, log: info, info, warn: warning, error: warning };
  const bounded = (text) => {
    if (text.length > ${String(mostGiven)} * 1024 * 1024) throw new RangeError('more than ${String(mostGiven)} MiB came out');
    return text;
  };
  const without = (name) => () => {
    throw new Error(name + ' is left out, so that equal rows give equal results');
  };
  Math.random = without('Math.random');
  Object.defineProperty(globalThis, 'Date', { configurable: true, get: without('Date') });
  return {
    run(text) {
      if (typeof transform !== 'function') return '{"failed":"missing"}';
      const rows = transform(parse(text));
      if (rows instanceof Waiting) return '{"failed":"waits"}';
      return bounded(stringify({ rows, said }));
    },
    tell(error) {
      let told = { message: worded(error) };
      if (typeof error === 'object' && error !== null) {
        const { name, message, stack } = error;
        told = { name: String(name), message: String(message), stack: String(stack).slice(0, 2000) };
      }
      return bounded(stringify({ ...told, message: told.message.slice(0, ${String(longestLine)}), said }));
    },
  };
})()
`;
