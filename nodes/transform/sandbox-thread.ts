import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { prelude } from './sandbox-prelude.ts';

/** MiB of the thread's own heap, which holds a row and its result as text; the engine has separate memory. */
const heap = 512;
/** Initial bytes of the engine, of which it needs about 6 MiB itself. */
const initialMemory = 16 * 1024 ** 2;
/**
 * Bytes of stack that the engine counts, about 2,700 calls. The thread's own stack is 64 times as large, because a call
 * takes more of it: if it ended first, the possible depth would depend on the version of Node.
 */
const stack = 512 * 1024;

/**
 * The thread's code. For each `{ code, row, timeLimit }` it sends `begun`, because loading the engine is not the code's
 * time, then `{ given }` or `{ failed, told }`. Both texts come from the sandbox: whatever they contain, they are only
 * text. No function or object of the thread ever enters it.
 *
 * Every row has its own runtime, so that no row can leave anything to the next. Compiled to WebAssembly, the engine
 * counts its memory wrongly, so the limit applies to all its memory. If that runs out, or the engine itself fails, its
 * state is unknown, and it must end with its thread.
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

/**
 * A thread whose engine has `memory` MiB, and runs code for rows, one after another; it has no environment variables,
 * and does not keep the process alive.
 */
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
