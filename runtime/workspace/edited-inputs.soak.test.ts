import { testEditedInputs } from './testing/edited-inputs.ts';

testEditedInputs(20, 2);
