import { openModelFuzz, testModelFuzz } from './testing/model-fuzz.ts';

testModelFuzz(openModelFuzz(), 1);
