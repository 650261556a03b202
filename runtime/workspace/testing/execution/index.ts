import { describe } from 'vitest';
import { deadOwnerContract } from './dead-owner.ts';
import { equalStepsContract } from './equal-steps.ts';
import { faultsContract } from './faults.ts';
import type { ExecutionForm } from './form.ts';
import { killsContract } from './kills.ts';

export { executionForms } from './form.ts';
export type { ExecutionPlace } from './form.ts';
export { fleetForm, type FleetPlace } from './fleet-form.ts';
export { faultyFleets, type FaultyFleet } from './faulty-fleet.ts';

/** What every form of executing runs does, whatever is killed, cancelled or done twice. */
export function executionContract(form: ExecutionForm): void {
  const title = form.missing === undefined ? form.name : `${form.name} (${form.missing})`;
  describe.skipIf(form.missing !== undefined)(`runs ${title}`, () => {
    equalStepsContract(form);
    deadOwnerContract(form);
    faultsContract(form);
    killsContract(form);
  });
}
