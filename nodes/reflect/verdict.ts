import type { Judgement, JudgeFinding, ParamsOf } from '@graft/graph';
import type { reflect } from './node.ts';
import type { Found } from './standings.ts';

type Least = Pick<ParamsOf<typeof reflect>, 'supported' | 'useful'>;

/** Whether an answer stands; undefined if that could not be judged. */
export function standsBy({ supported, useful }: Found, least: Least): boolean | undefined {
  if (supported === undefined || useful === undefined) return undefined;
  return supported >= least.supported && useful >= least.useful;
}

/** An answer as given, whether it stands, and a sentence for each criterion. */
export function verdictOf(found: Found, least: Least): Judgement {
  const { answer, supported, useful, because, unasked } = found;
  const stands = standsBy(found, least);
  const { id, question, text } = answer;
  const { reference } = question;
  // Without an answer, all figures are 0 and explain nothing.
  const none = stands === true ? undefined : because;
  const findings: JudgeFinding[] = [
    ...(none === undefined ? [] : [finding(none, false)]),
    ...(unasked === undefined ? [] : [finding(unasked)]),
    ...(none === undefined || supported !== 0
      ? compared('The passages bear it out', supported, least.supported)
      : []),
    ...(none === undefined ? compared('It answers what was asked', useful, least.useful) : []),
  ];
  return {
    ...{ id, item: id, answer: text, metric: 'answered', findings, exchanges: [] },
    question: {
      ...{ id: question.id, question: question.question },
      ...(reference === undefined ? {} : { reference }),
    },
    ...(stands === undefined ? {} : { value: stands ? 1 : 0 }),
  };
}

function finding(text: string, verdict?: boolean): JudgeFinding {
  return { text, said: [], ...(verdict === undefined ? {} : { verdict }) };
}

/**
 * `The passages bear it out by 0.42, and 0.60 is needed.`; empty for a criterion that was not or could not be checked.
 */
function compared(what: string, value: number | undefined, least: number): JudgeFinding[] {
  if (value === undefined || least === 0) return [];
  const holds = value >= least;
  // As many digits as the difference needs.
  const digits =
    [2, 3, 4, 5].find((digits) => holds || value.toFixed(digits) !== least.toFixed(digits)) ?? 17;
  const needed = `${least.toFixed(digits)} is needed`;
  return [
    finding(`${what} by ${value.toFixed(digits)}${holds ? '; ' : ', and '}${needed}.`, holds),
  ];
}
