/** The next card: who acts, until when, what happens by itself, and the actions with the safe one first. */
import { AddressText } from "@milepost/react";
import { Suspense, useState } from "react";
import { Button } from "../../../components/button";
import { Card } from "../../../components/card";
import { lazyPart } from "../../../components/lazy-part";
import { Notice } from "../../../components/notice";
import { Loading } from "../../../components/spinner";
import type { OpenProject } from "../data/use-project";
import type { Steps } from "../data/use-step";
import { actionLabel, FORM_ACTIONS } from "../rules/action-labels";
import { activeMilestone, type Card as NextCard } from "../rules/card";
import { readDraft, keepDraft } from "../rules/drafts";
import type { ActionName, PossibleAction, ProjectMilestone, Schedule } from "../rules/types";
import { ActionForm } from "./action-form";
import { MESSAGES_ID } from "./conversation";
import { Pieces } from "./pieces";
import { ToSign } from "./to-sign";

const ReviewForm = lazyPart(async () => ({
  default: (await import("../forms/review-form")).ReviewForm,
}));

interface NextStepProps {
  open: OpenProject;
  card: NextCard;
  schedule: Schedule | null;
  steps: Steps;
  refresh(): void;
}

/** Renders the card, and the form of the action that was chosen. */
export function NextStep({ open, card, schedule, steps, refresh }: NextStepProps) {
  const { project, view } = open;
  const milestone = activeMilestone(project);
  const [form, setForm] = useOpenForm(project.id, card.milestoneId);
  const possible = (name: ActionName) => possibleAction(view.possible, name, milestone);
  const chosen = card.actions.some(({ name }) => name === form)
    ? possible(form as ActionName)
    : null;
  const choose = (name: ActionName) => {
    if (name === "write_message") focusMessage();
    else if (FORM_ACTIONS.includes(name)) setForm(form === name ? null : name);
    else beginDirect({ name, action: possible(name)!, open, milestone, steps });
  };
  return (
    <Card
      title={card.title}
      aside={<span className="project-turn">{card.isOwnTurn ? "Your turn" : "Nothing to do"}</span>}
    >
      <div className="stack-tight" data-card={card.kind} aria-live="polite">
        {card.sentences.map((pieces, index) => (
          <Pieces key={index} pieces={pieces} now={view.now} />
        ))}
        {(card.kind === "accept_terms" || card.kind === "deliver") && milestone?.chain && (
          <p>
            Vault: <AddressText address={milestone.chain.vault} isLinked />
          </p>
        )}
      </div>
      {view.obstacles.map((text) => (
        <Notice key={text} kind="warn" title="A token account blocks the payment" isLive>
          <p>{text}</p>
        </Notice>
      ))}
      <ToSign open={open} steps={steps} />
      {card.kind === "review" && (
        <Suspense fallback={<Loading what="the form" />}>
          <ReviewForm open={open} onSent={refresh} />
        </Suspense>
      )}
      <Actions {...{ card, open, milestone, form, choose }} />
      {chosen && milestone && (
        <div className="project-form" id="project-form">
          <ActionForm
            key={chosen.action}
            {...{ open, milestone, action: chosen, steps, schedule, refresh }}
            onClose={() => setForm(null)}
          />
        </div>
      )}
    </Card>
  );
}

interface ActionsProps {
  card: NextCard;
  open: OpenProject;
  milestone: ProjectMilestone | null;
  form: string | null;
  choose(name: ActionName): void;
}

function Actions({ card, open, milestone, form, choose }: ActionsProps) {
  return (
    <ul className="project-actions" aria-label="What you can do">
      {card.actions.map(({ name, kind }) => {
        const { button, hint } = actionLabel(name, open.project, milestone);
        const isForm = FORM_ACTIONS.includes(name);
        return (
          <li key={name} className="project-action" data-kind={kind}>
            <Button
              kind={kind}
              aria-expanded={isForm ? form === name : undefined}
              aria-describedby={`project-hint-${name}`}
              onClick={() => choose(name)}
            >
              {button}
            </Button>
            <span id={`project-hint-${name}`} className="small muted">
              {hint}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Moves the focus to the message form, which is beside the messages. */
function focusMessage(): void {
  document.querySelector<HTMLElement>(`#${MESSAGES_ID} textarea`)?.focus();
}

interface DirectStep {
  name: ActionName;
  action: PossibleAction;
  open: OpenProject;
  milestone: ProjectMilestone | null;
  steps: Steps;
}

/** Begins a step that asks for nothing before its review. */
function beginDirect({
  name,
  action,
  open: { project, party },
  milestone,
  steps,
}: DirectStep): void {
  const { button } = actionLabel(name, project, milestone);
  // An approval is for the submission that was shown, never for a later one.
  const evidenceHash = name === "approve" ? milestone?.chain?.evidenceHash : null;
  steps.begin({
    title: milestone ? `${button}: ${milestone.title}` : button,
    path: action.path,
    body: { party, ...(evidenceHash ? { evidenceHash } : {}) },
  });
}

/** Returns an action of the active milestone or the whole project, or null where it is not possible now. */
export const possibleAction = (
  possible: readonly PossibleAction[],
  name: ActionName,
  milestone: Pick<ProjectMilestone, "id"> | null,
): PossibleAction | null =>
  possible.find(
    ({ action, milestoneId }) =>
      action === name && (milestoneId === null || milestoneId === milestone?.id),
  ) ?? null;

/** Keeps which form is open, so that a reload opens it again with its draft. */
function useOpenForm(
  projectId: string,
  milestoneId: string | null,
): [string | null, (name: string | null) => void] {
  const place = { projectId, milestoneId, action: "open-form" };
  const [form, setForm] = useState(() => readDraft(sessionStorage, place, () => "").fields["name"]);
  const change = (name: string | null) => {
    keepDraft(sessionStorage, place, { fields: { name: name ?? "" }, files: [], key: "" });
    setForm(name ?? "");
  };
  return [form || null, change];
}
