/** Records events of a test's account. */
import { recordEvent, type NewEvent } from "../../src/events/record";
import type { EventType } from "../../src/events/types";
import type { TestGateway } from "./test-gateway";

/** Records an event of the test account in a transaction of its own; returns its id. */
export function record(
  { context, accountId }: Pick<TestGateway, "context" | "accountId">,
  type: string,
  objectId: string,
  changes: Partial<NewEvent> = {},
): Promise<string> {
  return context.database.transaction((transaction) =>
    recordEvent(
      transaction,
      {
        accountId,
        mode: "test",
        // Some tests need a type of their own.
        type: type as EventType,
        objectId,
        data: { id: objectId, object: type.split(".")[0] },
        ...changes,
      },
      context.now(),
    ),
  );
}
