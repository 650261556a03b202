/** What node ids and port names look like: they begin with a letter or digit, so none is `__proto__`. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/;

/** What `namePattern` asks for, in words. */
export const nameRule = 'Use letters, digits, "-" and "_", and begin with a letter or digit.';
