/** How to get what a check did not find, by the check's id. */
export function remedies(platform: NodeJS.Platform): Readonly<Record<string, string>> {
  const vulkan =
    platform === 'linux'
      ? 'Install your GPU’s Vulkan driver: mesa-vulkan-drivers for AMD and Intel (Mesa 23 or newer), ' +
        'NVIDIA’s driver for NVIDIA. Inside a container, pass the GPU through'
      : 'Install the newest driver of your GPU';
  const reinstall =
    'Run npm install again in Graft’s folder; the package’s prebuilt library is missing';
  return {
    node: 'Install Node 20.19 or newer, below 25',
    'onnx-cpu': reinstall,
    'onnx-webgpu': platform === 'darwin' ? reinstall : `${vulkan}. Graphs use the CPU until then`,
    'onnx-cuda':
      'For an NVIDIA GPU on 64-bit Linux: install CUDA 12 and cuDNN 9, then run the script that fetches ' +
      'the provider: node node_modules/onnxruntime-node/script/install.js',
    'llama-cpu': reinstall,
    'llama-vulkan': `${vulkan}. Graphs use the CPU until then`,
    'llama-cuda':
      'Install NVIDIA’s driver and the CUDA 12 or 13 runtime; the library for it comes with npm install',
    'llama-metal': 'Metal needs a Mac with Apple silicon or a supported GPU',
    lancedb: reinstall,
    'models-folder':
      'Free at least 1 GB there, make it writable, or set GRAFT_MODELS to another folder',
    npm: 'npm comes with Node; without it, models come only from the hub',
    pip: 'Install python3 and python3-pip; without them, models come only from the hub or npm',
  };
}
