import { ask } from './ask-store.ts';
import { showAsked } from './focus-ask.ts';

/** Runs the graph for one of its saved questions alone, and shows the answer. What was typed beside it stays. */
export async function askAlone(question: string): Promise<void> {
  if (await ask(question)) showAsked();
}
