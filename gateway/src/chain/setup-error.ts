/** A setting that the cluster contradicts. The message says what was expected, what is there, and what to do. */
export class ChainSetupError extends Error {
  override readonly name = "ChainSetupError";
}
