import { executionContract, fleetForm } from '../testing/execution/index.ts';

executionContract(await fleetForm());
