/** What every form of a step gets. */
import type { OpenProject } from "../data/use-project";
import type { Steps } from "../data/use-step";
import type { PossibleAction, ProjectMilestone } from "../rules/types";

/** Properties of a form. */
export interface FormProps {
  open: OpenProject;
  milestone: ProjectMilestone;
  /** Action as the gateway lists it: its path is where the form goes. */
  action: PossibleAction;
  steps: Steps;
  /** Called when the form was sent, or left. */
  onClose(): void;
}
