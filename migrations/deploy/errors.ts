/** An invalid command line; the command prints the usage after the message. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A deployment that the cluster or the keys do not allow. The message says what happened, then what to do. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
