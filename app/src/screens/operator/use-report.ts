/** The operator's report, shared by the desk's tabs. */
import { dataOf, type UsedResource, useResource } from "../../gateway";
import type { OperatorReport } from "./operator-report";

const POLL_MS = 10_000;

/** Loads the report again and again while the page is visible. */
export const useReport = (): UsedResource<OperatorReport> =>
  useResource<OperatorReport>(
    "/v1/operator",
    ({ client }, signal) => dataOf(client.GET("/v1/operator", { signal })),
    { pollMs: POLL_MS },
  );
