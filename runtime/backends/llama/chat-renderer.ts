import {
  JinjaTemplateChatWrapper,
  LlamaText,
  type ChatHistoryItem,
  type ChatWrapper,
} from 'node-llama-cpp';
import { BudgetedTemplate, TemplateLimit, templateDate } from './budgeted-template.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { ChatTurn } from '@graft/graph';

/** A conversation of empty turns by a chat template. */
export interface Rendered {
  /**
   * In order: the index of a turn where its content belongs, markers of the template, and plain text of it.
   * Nothing after the content of a last turn of the assistant.
   */
  readonly parts: readonly (number | LlamaText | string)[];
  /** What ends a last turn of the assistant. */
  readonly ends: readonly LlamaText[];
}
export interface ChatRenderer {
  /** Throws an error with the template's own message where it refuses the roles, `TemplateLimit` past a limit. */
  render(roles: readonly Role[]): Rendered;
  /** Roles whose contents the template strips of the whitespace around them. */
  readonly trimmed: ReadonlySet<Role>;
}

/**
 * Renders by a Jinja template, or, without one that can be run, by what is known of the model's family. Throws
 * `TemplateLimit` where the template is past a limit.
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
    // Joined turns are what system prompts need that a template only takes within the user's turn.
    for (const joins of [false, true]) {
      try {
        const options = {
          template,
          tokenizer,
          joinAdjacentMessagesOfTheSameType: joins,
          additionalRenderParameters: { date_string: templateDate },
          // What it renders with; not of its documented options, so the limits' tests watch over it.
          _cachedJinjaEngine: { getFor: () => budgeted },
        };
        const wrapper = new JinjaTemplateChatWrapper(options);
        return { wrapper, joins };
      } catch {
        // It renders a few conversations of its own, to show a template that it cannot run.
      }
    }
  }
  return { wrapper: family(), joins: true };
}

/** Contents are put in afterwards, so that no template can mistake, cut or escape them. */
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

/** Roles whose contents a Jinja template strips of the whitespace around them. */
function trimmedRoles(template: BudgetedTemplate): ReadonlySet<Role> {
  const trimmed = new Set<Role>();
  // Tabs: templates put spaces and line ends around contents themselves.
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

/** Empty where the template refuses the conversation or cannot be run. */
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
