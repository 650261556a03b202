import { testEditedInputs } from './testing/edited-inputs.ts';

// edited-inputs.soak.test.ts edits more often.
testEditedInputs(1, 1);
