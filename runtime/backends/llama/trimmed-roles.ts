import type { ChatTurn } from '@graft/graph';
import type { BudgetedTemplate } from './budgeted-template.ts';

export type Role = ChatTurn['role'];

/** Roles whose contents a Jinja template strips of the whitespace around them. */
export function trimmedRoles(template: BudgetedTemplate): ReadonlySet<Role> {
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
