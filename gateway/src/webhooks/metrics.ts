/** What the deliveries report; the process binds it to its metrics. */
import type { Outcome } from "./finish";

/** Depth of the queue, over all processes of the database. */
export interface DeliveryDepth {
  pending: number;
  inFlight: number;
  /** Age of the longest due delivery in seconds; 0 when nothing is due. */
  oldestDueSecs: number;
}

/** Listener for what the deliveries do. */
export interface DeliveryMetrics {
  /** Counts an attempt with its outcome and duration. */
  attempted(outcome: Outcome, durationMs: number): void;
  /** Sets the depth of the queue, every few seconds. */
  depth(depth: DeliveryDepth): void;
}
