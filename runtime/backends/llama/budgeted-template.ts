import { createContext, Script } from 'node:vm';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

/** Date for templates that write one, because a prompt must not change overnight. */
export const templateDate = '26 Jul 2024';

const day: Readonly<Record<string, string>> = {
  ...{ a: 'Fri', A: 'Friday', b: 'Jul', B: 'July', d: '26', '-d': '26', e: '26', j: '208' },
  ...{ m: '07', '-m': '7', y: '24', Y: '2024', H: '00', I: '12', M: '00', S: '00', p: 'AM' },
  ...{ '%': '%', D: '07/26/24', F: '2024-07-26', T: '00:00:00', w: '5', u: '5' },
};

/** Globals of chat templates; `check` receives the length of a list before it is created. */
function templateGlobals(check: (length: number) => void): Record<string, unknown> {
  const range = (first: number, end?: number, step = 1): number[] => {
    const [start, stop] = end === undefined ? [0, first] : [first, end];
    if (step === 0) throw new Error('range() step must not be zero');
    const length = Math.max(0, Math.ceil((stop - start) / step));
    check(length);
    return Array.from({ length }, (_, at) => start + at * step);
  };
  const raise_exception = (message: string): never => {
    throw new Error(message);
  };
  const strftime_now = (format: string): string =>
    format.replace(/%(-?[a-zA-Z%])/g, (written, name: string) => day[name] ?? written);
  const [yes, no, none] = [true, false, null];
  const constants = { true: yes, false: no, none, True: yes, False: no, None: none };
  return { ...constants, raise_exception, range, strftime_now };
}

/** Characters; the longest template of the supported models has 20 thousand. */
const longestTemplate = 256 * 1024;
/** Characters of a text, elements of a list. */
const largestValue = 256 * 1024;
/** Steps to open a template or to render one conversation; ordinary templates take 8 thousand. */
const mostSteps = 200_000;
/** Characters that count as one step. */
const charactersPerStep = 64;
/**
 * Milliseconds that a template may run, for work that steps do not count. Ordinary templates take some dozen, a hundred
 * times that on a busy machine.
 */
const longestWork = 10_000;

type Statement = Parameters<Interpreter['evaluate']>[0];
type Value = ReturnType<Interpreter['evaluate']>;

/** The exceeded limit, for messages. */
export class TemplateLimit extends Error {
  override readonly name = 'TemplateLimit';
}

/**
 * A chat template in Jinja from a model's file. Jinja is a programming language, so rendering may take only a limited
 * number of steps over values of limited size. After exceeding a limit it renders nothing more, because callers that
 * try a template take any error for a refused conversation.
 */
export class BudgetedTemplate {
  readonly #program: ReturnType<typeof parse>;
  readonly #interpreter = createContext({ work: (): unknown => undefined });
  /** Size of a value, counting repeated contents each time; for texts their characters. */
  readonly #weights = new WeakMap<Value, number>();
  #left = mostSteps;
  #millisecondsLeft = longestWork;
  #exceeded: TemplateLimit | undefined;

  /** Throws `TemplateLimit`, or another error if it is not a template. */
  constructor(template: string) {
    if (template.length > longestTemplate) {
      throw new TemplateLimit(`it is longer than ${longestTemplate} characters`);
    }
    this.#program = this.#timed(() =>
      parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true })),
    );
  }

  /** Runs work with a fresh budget of steps and time. Throws `TemplateLimit` even if the work catches it. */
  within<Result>(work: () => Result): Result {
    this.#left = mostSteps;
    this.#millisecondsLeft = longestWork;
    let result: Result;
    try {
      result = work();
    } catch (error) {
      throw this.#exceeded ?? error;
    }
    if (this.#exceeded !== undefined) throw this.#exceeded;
    return result;
  }

  render(items: Readonly<Record<string, unknown>> = {}): string {
    if (this.#exceeded !== undefined) throw this.#exceeded;
    const environment = new Environment();
    const globals = templateGlobals((length) => this.#check(length));
    for (const [name, value] of Object.entries({ ...globals, ...items })) {
      environment.set(name, value);
    }
    const interpreter = new CountingInterpreter(environment, (value) => this.#count(value));
    return this.#timed(() => String(interpreter.run(this.#program).value));
  }

  /** Also ends loops in native code, which count no steps. */
  #timed<Result>(work: () => Result): Result {
    let result: { readonly value: Result } | undefined;
    this.#interpreter['work'] = () => {
      result = { value: work() };
    };
    const started = performance.now();
    const timeout = Math.max(1, Math.ceil(this.#millisecondsLeft));
    try {
      callWork.runInContext(this.#interpreter, { timeout });
    } catch (error) {
      const late = started + this.#millisecondsLeft <= performance.now();
      if (late || isTimeout(error)) this.#exceed(`it takes longer than ${longestWork} ms`);
      throw error;
    } finally {
      this.#millisecondsLeft -= performance.now() - started;
    }
    if (result === undefined) throw new Error('the template was not rendered');
    return result.value;
  }

  #count(value: Value): void {
    const within = contents(value);
    const text = typeof value.value === 'string' ? value.value.length : 0;
    let weight = text + within.length;
    for (const part of within) weight += this.#weights.get(part) ?? 0;
    this.#weights.set(value, weight);
    this.#check(weight);
    this.#left -= 1 + within.length + text / charactersPerStep;
    if (this.#left < 0) this.#exceed(`it takes more than ${mostSteps} steps`);
  }

  #check(length: number): void {
    if (length > largestValue) this.#exceed(`it makes a text or list longer than ${largestValue}`);
  }

  #exceed(what: string): never {
    this.#exceeded ??= new TemplateLimit(what);
    throw this.#exceeded;
  }
}

function contents({ value }: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  return value instanceof Map ? [...value.values()] : [];
}

const callWork = new Script('work()');

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** Passes each value of a program to `count`, which throws to end it. */
class CountingInterpreter extends Interpreter {
  readonly #count: (value: Value) => void;

  constructor(environment: Environment, count: (value: Value) => void) {
    super(environment);
    this.#count = count;
  }

  override evaluate(statement: Statement, environment: Environment): Value {
    const value = super.evaluate(statement, environment);
    this.#count(value);
    return value;
  }
}
