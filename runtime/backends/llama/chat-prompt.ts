import {
  JinjaTemplateChatWrapper,
  resolveChatWrapper,
  type ChatHistoryItem,
  type ChatWrapper,
  type LlamaModel,
  type LlamaText,
  type Token,
} from 'node-llama-cpp';

/** A request in the model's own tokens. */
export interface ChatPrompt {
  readonly tokens: Token[];
  /** How many of the first tokens do not depend on the question: the system prompt. */
  readonly shared: number;
  /** Tokens that end the turn, besides the model's own end-of-generation tokens. */
  readonly stopTokens: ReadonlySet<Token>;
  /** Texts that end the turn in templates without a token for it. */
  readonly stopTexts: readonly string[];
}

/** Writes prompts by the chat template that the GGUF file carries. */
export class ChatTemplate {
  readonly #model: LlamaModel;
  readonly #wrapper: ChatWrapper;

  constructor(model: LlamaModel) {
    this.#model = model;
    const template: unknown = model.fileInfo.metadata.tokenizer.chat_template;
    this.#wrapper =
      typeof template === 'string' && template.trim() !== ''
        ? jinja(template, model)
        : resolveChatWrapper(model);
  }

  /**
   * Text of the request is tokenized as text: `<|im_end|>` inside a document stays characters.
   * An empty system prompt leaves the template's own default in place.
   */
  write(system: string, prompt: string): ChatPrompt {
    const { tokens, stops } = this.#render(system, prompt);
    // Another question under the same system prompt shares exactly the part before the question.
    const other = this.#render(system, `\u0001${prompt.slice(0, 1)}`).tokens;
    const differs = tokens.findIndex((token, index) => token !== other[index]);
    const stopTokens = new Set<Token>();
    const stopTexts: string[] = [];
    for (const stop of stops) {
      const [first] = stop.tokenize(this.#model.tokenizer);
      if (first === undefined) continue;
      if (this.#model.isSpecialToken(first)) stopTokens.add(first);
      else stopTexts.push(stop.toString());
    }
    return { tokens, shared: Math.max(0, differs), stopTokens, stopTexts };
  }

  #render(system: string, prompt: string): { tokens: Token[]; stops: readonly LlamaText[] } {
    const chatHistory: ChatHistoryItem[] = [
      ...(system === '' ? [] : [{ type: 'system' as const, text: system }]),
      { type: 'user', text: prompt },
      { type: 'model', response: [] },
    ];
    const state = this.#wrapper.generateContextState({ chatHistory });
    return {
      tokens: state.contextText.tokenize(this.#model.tokenizer),
      stops: state.stopGenerationTriggers,
    };
  }
}

function jinja(template: string, model: LlamaModel): ChatWrapper {
  try {
    const wrapper = new JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer });
    // Renders once, so that a template this engine cannot run shows here.
    wrapper.generateContextState({
      chatHistory: [
        { type: 'user', text: 'x' },
        { type: 'model', response: [] },
      ],
    });
    return wrapper;
  } catch {
    return resolveChatWrapper(model);
  }
}
