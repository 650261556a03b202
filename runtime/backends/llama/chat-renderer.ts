import {
  JinjaTemplateChatWrapper,
  LlamaText,
  type ChatHistoryItem,
  type ChatWrapper,
} from 'node-llama-cpp';
import { BudgetedTemplate, TemplateLimit, templateDate } from './budgeted-template.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { ChatTurn } from '@graft/graph';

/** A conversation without contents, rendered by a chat template. */
export interface Rendered {
  /**
   * In order: a turn's index where its content belongs, markers of the template, and its plain text. Nothing follows
   * the content of a final assistant turn.
   */
  readonly parts: readonly (number | LlamaText | string)[];
  /** Ends a final assistant turn. */
  readonly ends: readonly LlamaText[];
}
export interface ChatRenderer {
  /** Throws the template's own error if it refuses the roles, `TemplateLimit` beyond a limit. */
  render(roles: readonly Role[]): Rendered;
  /** Roles whose contents the template trims. */
  readonly trimmed: ReadonlySet<Role>;
}

/**
 * Renders with a Jinja template or, if there is none that runs, with the known form of the model's family. Throws
 * `TemplateLimit` if the template exceeds a limit.
 */
export function openChatRenderer(vocabulary: Vocabulary): ChatRenderer {
  const template = parsed(vocabulary.template);
  const within = <Result>(work: () => Result): Result =>
    template === undefined ? work() : template.within(work);
  const { wrapper, joins } = within(() => openWrapper(vocabulary, template));
  const render = (roles: readonly Role[]): Rendered => {
    const twice = roles.find((role, at) => role === roles[at - 1]);
    if (joins && twice !== undefined) throw new Error(`two turns of ${twice} follow each other`);
    const state = wrapper.generateContextState({ chatHistory: roles.map(placeholderTurn) });
    const parts = state.contextText.values.flatMap((value): Rendered['parts'] =>
      typeof value === 'string' ? splitAtPlaceholders(value) : [LlamaText(value)],
    );
    return { parts, ends: state.stopGenerationTriggers };
  };
  return {
    render: (roles) => within(() => render(roles)),
    trimmed: template === undefined ? new Set() : within(() => trimmedRoles(template)),
  };
}

function parsed(template: string | undefined): BudgetedTemplate | undefined {
  try {
    return template === undefined ? undefined : new BudgetedTemplate(template);
  } catch (error) {
    if (error instanceof TemplateLimit) throw error;
    return undefined;
  }
}

function openWrapper(
  { template, tokenizer, family }: Vocabulary,
  budgeted: BudgetedTemplate | undefined,
): { readonly wrapper: ChatWrapper; readonly joins: boolean } {
  if (template !== undefined && budgeted !== undefined) {
    // A template without system turns gets the system prompt joined to the user's turn.
    for (const joins of [false, true]) {
      try {
        const options = {
          template,
          tokenizer,
          joinAdjacentMessagesOfTheSameType: joins,
          additionalRenderParameters: { date_string: templateDate },
          // Internal environment of the renderer; undocumented, so the tests of the limits watch it.
          _cachedJinjaEngine: { getFor: () => budgeted },
        };
        const wrapper = new JinjaTemplateChatWrapper(options);
        return { wrapper, joins };
      } catch {
        // The library renders sample conversations first, to detect templates that it cannot run.
      }
    }
  }
  return { wrapper: family(), joins: true };
}

/** Contents are inserted afterwards, so that no template can misread, cut or escape them. */
function placeholderTurn(role: Role, index: number): ChatHistoryItem {
  const text = `\uE000${index}\uE001`;
  return role === 'assistant' ? { type: 'model', response: [text] } : { type: role, text };
}

function splitAtPlaceholders(text: string): (number | string)[] {
  return text
    .split(/\uE000(\d+)\uE001/)
    .map((piece, at) => (at % 2 === 1 ? Number(piece) : piece))
    .filter((piece) => piece !== '');
}

export type Role = ChatTurn['role'];

/** Roles whose contents a Jinja template trims. */
function trimmedRoles(template: BudgetedTemplate): ReadonlySet<Role> {
  const trimmed = new Set<Role>();
  // Tabs, because templates put spaces and line breaks around contents themselves.
  for (const roles of [
    ['user', 'assistant'],
    ['system', 'user', 'assistant'],
  ] satisfies Role[][]) {
    const messages = roles.map((role) => ({ role, content: `\t<${role}>\t` }));
    const text = render(template, messages);
    for (const { role, content } of messages) {
      if (text.includes(content.trim()) && !text.includes(content)) trimmed.add(role);
    }
  }
  return trimmed;
}

/** Empty if the template refuses the conversation or cannot run. */
function render(
  template: BudgetedTemplate,
  messages: readonly { role: Role; content: string }[],
): string {
  try {
    return template.render({ messages, bos_token: '[', eos_token: ']' });
  } catch {
    return '';
  }
}
