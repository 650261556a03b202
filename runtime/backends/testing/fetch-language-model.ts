/** Fetches the catalogue's language model, if it is not there, and prints where its file lies. */
import { languageModelFile } from './real-models.ts';

process.stdout.write((await languageModelFile()).path);
