import { describe, expect, it } from 'vitest';
import { rowsInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { transform } from './node.ts';
import { run } from './run.ts';

interface Limits {
  readonly timeLimit?: number;
  readonly memory?: number;
}
interface Row {
  readonly id: string;
  readonly question: string;
}
const one = [{ id: 'q1', question: 'Why?' }];

/** What the code makes of rows. */
async function attempt(
  code: string,
  { rows = one, signal, ...limits }: Limits & { rows?: readonly Row[]; signal?: AbortSignal } = {},
): Promise<readonly Row[]> {
  return runAll(run, rows, {
    ctx: testContext(signal === undefined ? {} : { signal }),
    inputs: { rows: rowsInput(rows) },
    params: transform.params.parse({ code, ...limits }),
  });
}

/** The value of an expression within the sandbox. */
async function valueOf(expression: string): Promise<unknown> {
  const code = `function transform(row) {
    const value = (() => (${expression}))();
    return { ...row, question: JSON.stringify(value === undefined ? 'undefined' : value) };
  }`;
  const [row] = await attempt(code);
  return JSON.parse(row?.question ?? '');
}

/** That it stops the step with one message. */
async function refused(body: string, message: RegExp, limits: Limits = {}): Promise<void> {
  const code = `function transform(row) { ${body} }`;
  await expect(attempt(code, limits)).rejects.toMatchObject({
    ...{ code: 'bad-input', message: expect.stringMatching(message) },
    location: { node: 'node-1', param: 'code' },
  });
}

describe('nothing from outside', () => {
  it('has the globals of the language, and a console', async () => {
    const names = [
      ...['AggregateError', 'Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array'],
      ...['Boolean', 'DataView', 'Date', 'Error', 'EvalError', 'Float16Array', 'Float32Array'],
      ...['Float64Array', 'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array'],
      ...['InternalError', 'Iterator', 'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object'],
      ...['Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect', 'RegExp', 'Set'],
      ...['SharedArrayBuffer', 'String', 'Symbol', 'SyntaxError', 'TypeError', 'URIError'],
      ...['Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakSet'],
      ...['console', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent'],
      ...['escape', 'eval', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
      ...['transform', 'undefined', 'unescape'],
    ];
    const found = await valueOf('Object.getOwnPropertyNames(globalThis)');
    expect(found).toEqual(expect.arrayContaining(names));
    expect(found).toHaveLength(names.length);
  });

  it.each([
    ['import("node:fs")', /waits/],
    ['import("node:fs").then((fs) => fs.readFileSync("/etc/passwd")), row', /waits/],
    ['import.meta.url', /SyntaxError/],
    ['require("fs").readFileSync("/etc/passwd")', /ReferenceError.*require/],
    ['fetch("http://127.0.0.1/")', /ReferenceError.*fetch/],
    ['new WebSocket("ws://127.0.0.1/")', /ReferenceError.*WebSocket/],
    ['setTimeout(() => 1, 1)', /ReferenceError.*setTimeout/],
    ['Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)', /ReferenceError.*Atomics/],
    ['process.env', /ReferenceError.*process/],
    ['({}).constructor.constructor("return process")()', /ReferenceError.*process/],
    ['(async () => {}).constructor("return process")()', /waits/],
    ['(0, eval)("process.env")', /ReferenceError.*process/],
    ['new Function("return require")()("child_process")', /ReferenceError.*require/],
    ['console.log.constructor("return process")()', /ReferenceError.*process/],
    ['transform.caller("return process")', /TypeError/],
  ])('no way out by %s', (tried, message) => refused(`return ${tried};`, message));

  it('has no modules', async () => {
    await expect(
      attempt('import fs from "node:fs";\nfunction transform(row) { return row; }'),
    ).rejects.toThrow(/failed before the first row .*SyntaxError/);
  });

  it('reaches only objects of its own, from whatever it can hold', async () => {
    const walk = `(() => {
      const seen = new Set();
      const names = new Set();
      const open = [globalThis, row => row, console, [], /x/, new Map(), new Proxy({}, {}), Symbol()];
      try { null.x; } catch (error) { open.push(error); }
      while (open.length > 0) {
        const value = open.pop();
        if (value === null || !['object', 'function'].includes(typeof value) || seen.has(value)) continue;
        seen.add(value);
        open.push(Object.getPrototypeOf(value));
        for (const key of Reflect.ownKeys(value)) {
          if (typeof key === 'string') names.add(key);
          const { value: inner, get, set } = Reflect.getOwnPropertyDescriptor(value, key);
          open.push(inner, get, set);
        }
      }
      return [...names].filter((name) => /^(process|require|env|binding|module|fs|fetch|exit|main(Module)?|_?load|dlopen|graft|parentPort|HEAPU8|ctx|run|tell)$/i.test(name));
    })()`;
    expect(await valueOf(walk)).toEqual([]);
  });
});

describe('time', () => {
  const timeLimit = 100;
  it.each([
    ['a loop', 'while (true) {}'],
    [
      'a loop that catches what stops it',
      'for (;;) { try { for (;;) {} } catch {} finally { continue; } }',
    ],
    ['a regular expression', 'return /^(a+)+$/.test("a".repeat(50) + "!");'],
    ['a getter of what it gives', 'return { get question() { for (;;) {} } };'],
    ['a toJSON of what it gives', 'return { toJSON() { for (;;) {} } };'],
    ['a proxy that it gives', 'return new Proxy({}, { ownKeys() { for (;;) {} } });'],
    ['a sort', 'return [3, 1, 2].sort(() => { for (;;) {} });'],
    ['an error that it throws', 'throw { get name() { for (;;) {} } };'],
  ])('ends %s', (_what, body) => {
    return refused(body, /^The code took longer than 100 ms at the row "q1"/, { timeLimit });
  });

  it('ends a loop before any row, and says where', async () => {
    const code = 'for (;;) {}\nfunction transform(row) { return row; }';
    await expect(attempt(code, { timeLimit })).rejects.toThrow(
      /took longer than 100 ms at the row "q1" \(from line 1 on\)\. Look for an endless loop/,
    );
  });

  it.each([
    ['joining', 'return String(new Array(1e9)) + "x";'],
    ['searching', 'return [].lastIndexOf.call({ length: 2 ** 32 - 1 }, 42);'],
  ])('ends the thread where the engine does not look at the time: %s', (_what, body) =>
    refused(body, /^The code took longer than 100 ms/, { timeLimit }),
  );

  it('ends when the run is cancelled', async () => {
    const controller = new AbortController();
    const code = 'function transform(row) { for (;;) {} }';
    const running = attempt(code, { timeLimit: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('cancelled')), 200);
    await expect(running).rejects.toThrow('cancelled');
    expect(await valueOf('1 + 1')).toBe(2);
  });
});

describe('memory', () => {
  const needed = /^The code needed more than 16 MiB of memory at the row "q1"/;
  it.each([
    ['an array', 'const all = []; for (;;) all.push({ a: all.length });', needed],
    ['strings', 'const all = []; for (;;) all.push("x".repeat(1e6));', needed],
    ['a repeated string', 'return { ...row, question: "x".repeat(2 ** 29) };', needed],
    ['a string made longer', 'let s = "x"; for (;;) s += s;', /string too long/],
    ['a buffer', 'return new Uint8Array(2 ** 31 - 1);', needed],
    ['closures', 'let f = () => 0; for (;;) { const g = f; f = () => g; }', needed],
    ['a regular expression', 'return /(?:a|b|c|d)*?$/.test("abcd".repeat(1e6) + "e");', needed],
    ['an error', 'throw new Error("x".repeat(2 ** 25));', needed],
  ])('is counted: %s', (_what, body, message) =>
    refused(body, message, { memory: 16, timeLimit: 20_000 }),
  );

  it('is counted where the code catches that there is none', () => {
    const body = 'const all = []; for (;;) try { for (;;) all.push("x".repeat(1e5)); } catch {}';
    return refused(body, /^The code took longer than 300 ms/, { memory: 16, timeLimit: 300 });
  });

  it('is counted for what comes out', async () => {
    const cameOut = /failed at the row "q1": RangeError: more than 16 MiB came out/;
    const several = 'return new Array(20).fill("x".repeat(1024 * 1024));';
    await refused(several, cameOut, { memory: 256 });
    await refused('throw { toJSON: 1, get message() { return 1; } };', /failed/);
  });

  it('holds a row that fits', async () => {
    const rows = [{ id: 'q1', question: 'x'.repeat(10 * 1024 * 1024) }];
    const same = 'const transform = (row) => row;';
    const given = await attempt(same, { rows });
    expect(given[0]?.question.length).toBe(10 * 1024 * 1024);
    await expect(attempt(same, { rows, memory: 16 })).rejects.toThrow(
      'needed more than 16 MiB of memory at the row "q1"',
    );
  });
});

describe('depth', () => {
  const deeply = /^The code calls itself too deeply at the row "q1"/;
  it.each([
    ['a recursion', 'const deep = () => deep() + 1; return deep();', deeply],
    ['deep text', 'return JSON.parse("[".repeat(1e5));', deeply],
    [
      'a deep array',
      'let a = []; for (let i = 0; i < 1e5; i += 1) a = [a]; return "" + a;',
      deeply,
    ],
    ['deep code', 'return eval("(".repeat(1e5) + "1" + ")".repeat(1e5));', deeply],
    ['deep prefixes', 'return eval("- ".repeat(1e5) + "1");', deeply],
    ['deep groups', 'return new RegExp("(?:".repeat(1e5) + ")".repeat(1e5));', deeply],
    ['its own getter', 'return { get a() { return this.a; } }.a;', deeply],
    ['its own toJSON', 'const o = { toJSON: () => JSON.stringify(o) }; return o;', deeply],
    ['its own toString', 'const o = { toString: () => "" + o }; return "" + o;', deeply],
    [
      'proxies',
      'let p = {}; for (let i = 0; i < 1e5; i += 1) p = new Proxy(p, {}); return p.x;',
      deeply,
    ],
  ])('has a limit: %s', (_what, body, message) => refused(body, message, { timeLimit: 20_000 }));

  it('is enough for what people write', async () => {
    const code = `
      const sum = (n) => (n === 0 ? 0 : n + sum(n - 1));
      function transform(row) { return { ...row, question: String(sum(2000)) }; }`;
    expect(await attempt(code)).toEqual([{ id: 'q1', question: '2001000' }]);
  });
});

describe('each row by itself', () => {
  const rows = ['a', 'b', 'c'].map((id) => ({ id, question: id }));

  it('keeps nothing from one row to the next', async () => {
    const code = `
      let count = 0;
      function transform(row) {
        const found = [count, globalThis.left, ({}).polluted, [].last, JSON.left].join();
        count += 1;
        globalThis.left = 1;
        Object.prototype.polluted = row.id;
        Array.prototype.last = 1;
        JSON.left = 1;
        return { id: row.id, question: found };
      }`;
    expect(await attempt(code, { rows })).toEqual(
      rows.map(({ id }) => ({ id, question: '0,,,,' })),
    );
  });

  it('changes nothing out here, however it spoils what its answer is made with', async () => {
    const spoiling = `
      JSON.stringify = JSON.parse = Object.keys = () => { throw 1; };
      Array.prototype.push = Array.prototype.map = Function.prototype.call = () => 7;
      String.prototype.slice = () => '{"rows":1}';
      function transform(row) { return row; }`;
    expect(await attempt(spoiling)).toEqual(one);
    for (const value of ['"{}"', 'undefined', '7', 'null', 'this.x']) {
      const forged = `Object.prototype.toJSON = () => (${value});\nfunction transform(row) { return row; }`;
      await expect(attempt(forged)).rejects.toMatchObject({ location: { param: 'code' } });
    }
    expect(await valueOf('1 + 1')).toBe(2);
  });

  it.each([
    'return JSON.parse(\'{"__proto__":{"polluted":1},"question":"x"}\');',
    'return Object.defineProperty({ ...row }, "__proto__", { value: { polluted: 1 }, enumerable: true });',
    'return { ...row, constructor: { prototype: { polluted: 1 } } };',
  ])('keeps prototypes out of rows: %s', async (body) => {
    await expect(attempt(`function transform(row) { ${body} }`)).rejects.toMatchObject({
      ...{ code: 'bad-row', message: expect.stringMatching(/field "(__proto__|constructor)"/) },
    });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('takes a proxy or a getter for what it says at that moment', async () => {
    const code = `function transform(row) {
      let asked = 0;
      return new Proxy({ id: row.id, get question() { return 'asked ' + (asked += 1); } }, {});
    }`;
    expect(await attempt(code)).toEqual([{ id: 'q1', question: 'asked 1' }]);
  });

  it('gives equal results for equal rows', async () => {
    const code = `function transform(row) {
      const numbers = [Math.sin(1e9), Math.pow(1.1, 99), 0.1 + 0.2, (1e21).toString(36)];
      const words = ['ä', 'z', 'a', 'Ö'].sort((a, b) => a.localeCompare(b));
      return { ...row, question: JSON.stringify([numbers, words, (12345.6).toLocaleString()]) };
    }`;
    expect(await attempt(code)).toEqual(await attempt(code));
  });
});
