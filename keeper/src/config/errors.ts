/** Error in a flag, a variable or a file that the user has to change; the message says what was expected. */
export class UsageError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "UsageError";
}
