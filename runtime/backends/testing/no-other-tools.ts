/** Settings by which no model of another tool is found: tests must not depend on what a developer has installed. */
export const noOtherTools = {
  OLLAMA_MODELS: '/nonexistent/ollama',
  LMSTUDIO_HOME: '/nonexistent/lm-studio',
  LLAMA_CACHE: '/nonexistent/llama.cpp',
  HF_HUB_CACHE: '/nonexistent/hub',
} as const;
