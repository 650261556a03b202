export { PortPreview as preview } from '../kit/ui/index.ts';
