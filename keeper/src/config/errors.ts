/** Something the user has to change before the keeper can start; the message says what was expected. */
export class UsageError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "UsageError";
}
