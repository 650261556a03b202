export { QuestionRows as preview } from '../kit/ui/index.ts';
