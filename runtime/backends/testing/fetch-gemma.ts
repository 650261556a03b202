/**
 * Fetches the base weights of Gemma 3 270M, if they are not there, and prints where the file lies. Whoever runs it accepts
 * the terms of Gemma, which let weights be used for tests.
 */
import { weightsOf } from '../llama/llama-file.ts';
import { realCatalogue } from './real-models.ts';

const id = 'gemma-3-270m';
const catalogue = realCatalogue();
await catalogue.fetch(id, { consent: true });
process.stdout.write(weightsOf(await catalogue.open(id)).path);
