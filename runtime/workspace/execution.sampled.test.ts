import { executionContract, executionForms } from './testing/execution/index.ts';

for (const form of await executionForms()) executionContract(form);
