/** Templates may write a date; a prompt that changes overnight would be another one. */
export const templateDate = '26 Jul 2024';

const day: Readonly<Record<string, string>> = {
  ...{ a: 'Fri', A: 'Friday', b: 'Jul', B: 'July', d: '26', '-d': '26', e: '26', j: '208' },
  ...{ m: '07', '-m': '7', y: '24', Y: '2024', H: '00', I: '12', M: '00', S: '00', p: 'AM' },
  ...{ '%': '%', D: '07/26/24', F: '2024-07-26', T: '00:00:00', w: '5', u: '5' },
};

/** What chat templates find beside the conversation; `check` is shown the length of lists before they are made. */
export function templateGlobals(check: (length: number) => void): Record<string, unknown> {
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
