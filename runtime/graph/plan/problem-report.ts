import { GraphError, type GraphErrorCode, type Location, type Problem } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';

/** Suggesting names is quadratic in the worst case; past this many, problems go without. */
const maxSuggestions = 20;

/** The problems found in one graph, each with its place below `at`. */
export class ProblemReport {
  readonly problems: Problem[] = [];
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

  /** Definitions are code: what one throws is a problem of that node, and the rest is still looked at. */
  guard<T>(location: Location, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      const { code, message } = GraphError.from(error);
      this.add(code, `The definition of this node failed: ${message}`, location);
      return undefined;
    }
  }

  /** ` Did you mean …?` where a candidate is near. */
  suggest(word: string, candidates: Iterable<string>): string {
    return this.#suggestions-- > 0 ? suggestion(word, candidates) : '';
  }
}
