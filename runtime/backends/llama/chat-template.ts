import { GraphError, type ChatTurn } from '@graft/graph';
import type { Token } from 'node-llama-cpp';
import { openChatRenderer, type ChatRenderer, type Rendered, type Role } from './chat-renderer.ts';
import { TemplateLimit } from './budgeted-template.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A request in the model's own tokens. */
export interface ChatPrompt {
  readonly tokens: Token[];
  /** First tokens that do not depend on the question: the system prompt. */
  readonly shared: number;
  /** Tokens that end the turn, beyond the model's own end-of-generation tokens. */
  readonly stopTokens: ReadonlySet<Token>;
  /** Texts that end the turn in templates without a token for that. */
  readonly stopTexts: readonly string[];
}

/** Template text around contents, in tokens, or the place of a turn's content. */
type Part = readonly Token[] | number;

/** End of an assistant turn. */
interface TurnEnd {
  /** Tokens after the last turn; the first `owned` of them belong to it. */
  readonly tokens: readonly Token[];
  readonly owned: number;
  readonly stopTokens: ReadonlySet<Token>;
  readonly stopTexts: readonly string[];
}

/** Most conversation shapes whose rendering is cached. */
const keptShapes = 256;

/**
 * Writes conversations with the model's own chat template, identically for training and generation: a prompt's tokens
 * are a prefix of the conversation's. It tokenizes contents as text: `<|im_end|>` in a content stays characters.
 */
export class ChatTemplate {
  readonly #id: string;
  readonly #vocabulary: Vocabulary;
  readonly #renderer: ChatRenderer;
  readonly #end: TurnEnd;
  readonly #shapes = new Map<string, readonly Part[]>();

  /** `id` names the model in messages. */
  constructor(vocabulary: Vocabulary, id: string) {
    this.#id = id;
    this.#vocabulary = vocabulary;
    try {
      this.#renderer = openChatRenderer(vocabulary);
    } catch (cause) {
      throw this.#pastLimit(cause) ?? cause;
    }
    this.#end = this.#findEnd();
  }

  /** An empty system prompt keeps the template's default. */
  write(system: string, prompt: string): ChatPrompt {
    const { tokens, turns } = this.#encode(
      [
        { role: 'system', content: system },
        { role: 'user', content: prompt },
        { role: 'assistant', content: '' },
      ],
      'open',
    );
    const { stopTokens, stopTexts } = this.#end;
    return { tokens, shared: Math.max(0, turns.indexOf(1)), stopTokens, stopTexts };
  }

  /** Beginning of an assistant turn, in tokens that follow those of `write`. */
  begin(text: string): Token[] {
    return this.#tokenize(text, true);
  }

  /** See `Tokenizer.encodeChat`. Omits a system turn without content, as `write` does. */
  encode(turns: readonly ChatTurn[]): { tokens: Token[]; turns: number[] } {
    return this.#encode(turns, 'closed');
  }

  /** `open`: ends where the content of the last turn begins. */
  #encode(all: readonly ChatTurn[], end: 'open' | 'closed'): { tokens: Token[]; turns: number[] } {
    const kept = all
      .map((turn, index) => ({ ...turn, index }))
      .filter(({ role, content }) => role !== 'system' || content !== '');
    const tokens: Token[] = [];
    const turns: number[] = [];
    const add = (added: readonly Token[], turn: number, owned: number): void => {
      for (const [at, token] of added.entries()) {
        tokens.push(token);
        turns.push(at < owned ? turn : -1);
      }
    };
    let last: (typeof kept)[number] | undefined;
    for (const part of this.#shape(kept.map(({ role }) => role))) {
      if (typeof part !== 'number') {
        add(part, last?.index ?? -1, last?.role === 'assistant' ? this.#endWithin(part) : 0);
        continue;
      }
      last = kept[part];
      if (last === undefined || (end === 'open' && part === kept.length - 1)) {
        return { tokens, turns };
      }
      const { role, content, index } = last;
      const text = this.#renderer.trimmed.has(role) ? content.trim() : content;
      const written = this.#tokenize(text, tokens.length > 0);
      add(written, index, written.length);
    }
    if (last?.role === 'assistant') add(this.#end.tokens, last.index, this.#end.owned);
    return { tokens, turns };
  }

  /** The text around contents depends only on the roles. */
  #shape(roles: readonly Role[]): readonly Part[] {
    const key = roles.join(' ');
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const shape = this.#parts(this.#render(roles).parts);
    if (this.#shapes.size >= keptShapes) this.#shapes.clear();
    this.#shapes.set(key, shape);
    return shape;
  }

  #render(roles: readonly Role[]): Rendered {
    try {
      return this.#renderer.render(roles);
    } catch (cause) {
      const past = this.#pastLimit(cause);
      if (past !== undefined) throw past;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GraphError(
        'bad-input',
        `the chat template of "${this.#id}" does not accept the turns ${roles.join(', ')}: ${reason}`,
        { cause },
      );
    }
  }

  #pastLimit(cause: unknown): GraphError | undefined {
    if (!(cause instanceof TemplateLimit)) return undefined;
    const message = `Graft refuses the chat template of "${this.#id}": ${cause.message}, which is the limit. Use another file of this model.`;
    return new GraphError('bad-model', message, { cause });
  }

  #parts(rendered: Rendered['parts']): Part[] {
    let begun = false;
    return rendered.map((part): Part => {
      if (typeof part === 'number') {
        begun = true;
        return part;
      }
      const tokens =
        typeof part === 'string'
          ? this.#tokenize(part, begun)
          : part.tokenize(this.#vocabulary.tokenizer, begun ? 'trimLeadingSpace' : undefined);
      begun ||= tokens.length > 0;
      return tokens;
    });
  }

  /** A space that tokenizers prepend belongs only to the very first text. */
  #tokenize(text: string, within: boolean): Token[] {
    return this.#vocabulary.tokenizer(text, false, within ? 'trimLeadingSpace' : undefined);
  }

  #findEnd(): TurnEnd {
    const { tokenizer } = this.#vocabulary;
    const stopTokens = new Set<Token>();
    const stopTexts: string[] = [];
    const ends: { tokens: readonly Token[]; owned: number }[] = [];
    for (const end of this.#render(['user', 'assistant']).ends) {
      const tokens = end.tokenize(tokenizer, 'trimLeadingSpace');
      const at = tokens.findIndex((token) => tokenizer.isSpecialToken(token));
      const text = tokenizer.detokenize(at < 0 ? tokens : tokens.slice(0, at)).trimEnd();
      const token = tokens[at];
      if (text !== '') stopTexts.push(text);
      else if (token !== undefined) {
        stopTokens.add(token);
        ends.push({ tokens, owned: at + 1 });
      }
    }
    // The first is the model's end-of-text token, whatever the template says.
    const [, end = this.#endBeforeUser(stopTexts) ?? ends[0] ?? { tokens: [], owned: 0 }] = ends;
    return { ...end, stopTokens, stopTexts };
  }

  /** Some templates end an assistant turn only if another follows: with a token or a text. */
  #endBeforeUser(stopTexts: string[]): { tokens: readonly Token[]; owned: number } | undefined {
    const parts = this.#shape(['user', 'assistant', 'user']);
    const tokens = parts
      .slice(parts.indexOf(1) + 1, parts.indexOf(2))
      .flatMap((part) => (typeof part === 'number' ? [] : part));
    const at = tokens.findIndex((token) => this.#vocabulary.tokenizer.isEogToken(token));
    if (at >= 0) return { tokens: tokens.slice(0, at + 1), owned: at + 1 };
    const text = this.#vocabulary.tokenizer.detokenize(tokens, true).trimEnd();
    if (text !== '' && stopTexts.length === 0) stopTexts.push(text);
    return undefined;
  }

  /** How many of the tokens after an assistant's content end its turn; 0 if none does. */
  #endWithin(tokens: readonly Token[]): number {
    const { tokenizer } = this.#vocabulary;
    const { stopTokens } = this.#end;
    return tokens.findIndex((token) => tokenizer.isEogToken(token) || stopTokens.has(token)) + 1;
  }
}
