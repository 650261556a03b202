export function schemaFor(provider: 'sqlite' | 'postgresql'): string;
