/** The lower part of the first page: how it works, a demonstration to play, and what is guaranteed. */
import { Suspense } from "react";
import { Card } from "../../components/card";
import { useConfig } from "../../config/config-context";
import { DemoGate } from "./demo-gate";
import { Promises } from "./promises";
import { Story } from "./story";

const STEPS: readonly { title: string; text: string }[] = [
  {
    title: "Agree",
    text: "Amounts, dates, a mediator and what silence means. Both wallets sign the same terms.",
  },
  {
    title: "Lock and deliver",
    text: "The client puts a milestone's money into the vault. The freelancer delivers with files whose hash goes on chain.",
  },
  {
    title: "Get paid",
    text: "The freelancer is paid when the client approves, or when the review ends without a dispute. A dispute goes to the mediator.",
  },
];

/** Renders the details. The demonstration's code is loaded when it is started. */
export default function HomeDetails() {
  return (
    <>
      <Card title="How it works">
        <ol className="home-steps">
          {STEPS.map(({ title, text }) => (
            <li key={title} className="stack-tight">
              <h3>{title}</h3>
              <p>{text}</p>
            </li>
          ))}
        </ol>
      </Card>
      <Suspense fallback={<Example />}>
        <Demonstration />
      </Suspense>
      <Promises />
    </>
  );
}

function Example() {
  return (
    <Card title="An example: paid after 7 days without a dispute">
      <Story />
    </Card>
  );
}

/** Renders the example, and in the sandbox the demonstration. */
function Demonstration() {
  if (!useConfig().sandbox) return <Example />;
  return (
    <Card title="Play it: paid after 7 days without a dispute">
      <DemoGate story={<Story />} />
    </Card>
  );
}
