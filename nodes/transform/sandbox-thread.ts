import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { prelude } from './sandbox-prelude.ts';

/** MiB of the thread's own heap, which holds a row and its result as text; the engine has its memory beside it. */
const heap = 512;
/** Bytes that the engine has at first, of which it needs some 6 MiB for itself. */
const initialMemory = 16 * 1024 ** 2;
/**
 * Bytes of stack that the engine counts, some 2,700 calls. The thread's own is 64 times that, since a call takes more of
 * it: where it ended first, how deep code may go would depend on the version of Node.
 */
const stack = 512 * 1024;

/**
 * The thread's code. For each `{ code, row, timeLimit }` it says `begun`, since loading the engine is no time of the
 * code's, then `{ given }` or `{ failed, told }`. Both texts were made within the sandbox: whatever is in them, they are
 * only text. No function and no object of the thread is ever handed in.
 *
 * A runtime of its own for every row, so that no row can leave anything to the next. The engine counts its memory wrongly
 * where it is compiled to WebAssembly, so the limit is that of all memory that it has. Where that ran out, or the engine
 * itself failed, it is in no known state, and has to end with its thread.
 */
const code = `
const { parentPort, workerData } = require('node:worker_threads');
const { DefaultIntrinsics, Scope, newQuickJSWASMModuleFromVariant, newVariant } = require(workerData.core);
const { default: variant } = require(workerData.variant);
const page = 64 * 1024;
const wasmMemory = new WebAssembly.Memory({
  initial: ${String(initialMemory)} / page,
  maximum: workerData.memory / page,
});
const loading = newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
const global = { type: 'global', strict: true };

parentPort.on('message', async (task) => {
  const engine = await loading;
  parentPort.postMessage('begun');
  const scope = new Scope();
  const answer = answerOf(engine, task, scope);
  if ('given' in answer) scope.dispose();
  parentPort.postMessage(answer);
});

function answerOf(engine, { code, row, timeLimit }, scope) {
  // They are copied in before the engine looks whether there is room.
  if (Buffer.byteLength(code) + Buffer.byteLength(row) > workerData.memory / 4) return { failed: 'memory', told: '' };
  const runtime = scope.manage(engine.newRuntime());
  runtime.setMaxStackSize(workerData.stack);
  // The clock tells other times each run, and the zone is this machine's.
  const context = scope.manage(runtime.newContext({ intrinsics: { ...DefaultIntrinsics, Date: false } }));
  const functions = scope.manage(context.unwrapResult(context.evalCode(workerData.prelude, 'graft', global)));
  const run = scope.manage(context.getProp(functions, 'run'));
  const tell = scope.manage(context.getProp(functions, 'tell'));
  const text = scope.manage(context.newString(row));
  let isLate = false;
  let deadline = performance.now() + timeLimit;
  runtime.setInterruptHandler(() => (isLate ||= performance.now() > deadline));

  const textOf = (handle) => (context.typeof(handle) === 'string' ? context.getString(handle) : '');
  const failed = (error, stage) => {
    const why = isLate ? 'time' : stage;
    // To say what happened it gets a little more.
    isLate = false;
    deadline = performance.now() + 200;
    const told = context.callFunction(tell, context.undefined, error);
    return { failed: isLate ? 'time' : why, told: textOf(told.error ?? told.value) };
  };

  const read = context.evalCode(code, 'transform.js', global);
  if (read.error) return failed(read.error, 'unread');
  scope.manage(read.value);
  const ran = context.callFunction(run, context.undefined, text);
  if (ran.error) return failed(ran.error, 'code');
  const given = textOf(scope.manage(ran.value));
  if (given === '') return { failed: 'memory', told: '' };
  return runtime.hasPendingJob() ? { failed: 'waits', told: '' } : { given };
}
`;

/** A thread whose engine has `memory` MiB, and runs code for rows, one after another; it has no environment variables, and does not keep the process alive. */
export function startSandboxThread(memory: number): Worker {
  const require = createRequire(import.meta.url);
  return new Worker(code, {
    eval: true,
    workerData: {
      core: require.resolve('quickjs-emscripten-core'),
      variant: require.resolve('@jitl/quickjs-wasmfile-release-sync'),
      prelude,
      memory: memory * 1024 ** 2,
      stack,
    },
    env: {},
    execArgv: [],
    // The engine says there why it gave up.
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heap, stackSizeMb: (64 * stack) / 1024 ** 2 },
  });
}
