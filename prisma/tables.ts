import type { Action, Event, LastStep, Owner, Run, Step } from './client/client.ts';

/** The tables as queries are typed by: the rows that Prisma's generator makes of the models. */
export interface Tables {
  Action: Action;
  Run: Run;
  Owner: Owner;
  Step: Step;
  LastStep: LastStep;
  Event: Event;
}
