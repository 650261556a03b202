import { sameJson } from '../base/canonical-json.ts';
import { GraphError, type GraphErrorCode, type Location, type Problem } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';

/** Suggestions are quadratic in the worst case; beyond this many, problems have none. */
const maxSuggestions = 20;

/** The problems of one graph, each with its location below `at`. */
export class ProblemReport {
  readonly problems: Problem[] = [];
  /** What is worth a look, although the graph runs. */
  readonly warnings: Problem[] = [];
  readonly #at: Location;
  #suggestions = maxSuggestions;

  constructor(at: Location) {
    this.#at = at;
  }

  add(code: GraphErrorCode, message: string, location: Location): void {
    this.problems.push({
      code,
      message,
      location: { ...this.#at, ...location },
      audience: code === 'internal' ? 'developer' : 'user',
    });
  }

  /** Once for each place: a round of a loop repeats those of the one before. */
  warn(message: string, location: Location): void {
    const warning: Problem = {
      ...{ code: 'facet-mismatch', message, audience: 'user' },
      location: { ...this.#at, ...location },
    };
    if (!this.warnings.some((known) => sameJson(known, warning))) this.warnings.push(warning);
  }

  /** Definitions are code: if one throws, that is a problem of its node, and planning goes on. */
  guard<T>(location: Location, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      const { code, message } = GraphError.from(error);
      this.add(code, `The definition of this node failed: ${message}`, location);
      return undefined;
    }
  }

  /** ` Did you mean …?` if a candidate is close. */
  suggest(word: string, candidates: Iterable<string>): string {
    return this.#suggestions-- > 0 ? suggestion(word, candidates) : '';
  }
}
