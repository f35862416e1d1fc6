import { PROGRAM_ID } from "@milepost/sdk";
import { Payment } from "./Payment.jsx";

/** Rendered on the server, with the SDK; the payment runs in the browser. */
export default function Page() {
  return (
    <main>
      <Payment />
      <p id="program">Program {PROGRAM_ID.toBase58()}</p>
    </main>
  );
}
