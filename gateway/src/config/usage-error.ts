/** A mistake in the command, its environment or its files: the message is one sentence that says what to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
