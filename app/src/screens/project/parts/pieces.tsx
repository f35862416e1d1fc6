/** Sentences of the next card, with their times in the reader's zone and in UTC. */
import { TimeText } from "@milepost/react";
import type { Piece } from "../rules/card";

/** Renders the pieces of one sentence. */
export function Pieces({ pieces, now }: { pieces: readonly Piece[]; now: number }) {
  return (
    <p>
      {pieces.map((piece, index) =>
        typeof piece === "string" ? piece : <TimeText key={index} seconds={piece.at} now={now} />,
      )}
    </p>
  );
}
