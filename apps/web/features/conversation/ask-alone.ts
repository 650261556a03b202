import { ask } from './ask-store.ts';
import { showAsked } from './focus-ask.ts';

/** Asks a question of the saved ones by itself, and shows what comes of it. What was typed beside it stays. */
export async function askAlone(question: string): Promise<void> {
  if (await ask(question)) showAsked();
}
