//! The states of a held milestone and the transitions between them. A test compares the table with `docs/escrow.md`.

use crate::{
    error::MilestoneError,
    state::MilestoneState::{self, *},
};

/// An action on a held milestone. `Reclaim` is signed by the owner alone, `ReclaimAgreed` by the recipient as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Action {
    Fund = 0,
    Submit = 1,
    Approve = 2,
    Execute = 3,
    Dispute = 4,
    WithdrawDispute = 5,
    RequestMediation = 6,
    Resolve = 7,
    Expire = 8,
    Settle = 9,
    Reclaim = 10,
    ReclaimAgreed = 11,
}

impl Action {
    const COUNT: usize = 12;
}

/// Every transition: from, by, to. `Disputed` also becomes `Mediation` by time alone (`Escrow::state_at`). Released, resolved
/// and refunded are final.
pub const TRANSITIONS: [(MilestoneState, Action, MilestoneState); 21] = [
    (Unfunded, Action::Fund, Funded),
    (Funded, Action::Submit, Submitted),
    (Funded, Action::Approve, Released),
    (Funded, Action::Execute, Released),
    (Funded, Action::Settle, Resolved),
    (Funded, Action::Reclaim, Refunded),
    (Funded, Action::ReclaimAgreed, Refunded),
    (Submitted, Action::Approve, Released),
    (Submitted, Action::Execute, Released),
    (Submitted, Action::Dispute, Disputed),
    (Submitted, Action::Settle, Resolved),
    (Submitted, Action::ReclaimAgreed, Refunded),
    (Disputed, Action::Submit, Submitted),
    (Disputed, Action::WithdrawDispute, Submitted),
    (Disputed, Action::RequestMediation, Mediation),
    (Disputed, Action::Settle, Resolved),
    (Disputed, Action::ReclaimAgreed, Refunded),
    (Mediation, Action::Resolve, Resolved),
    (Mediation, Action::Expire, Resolved),
    (Mediation, Action::Settle, Resolved),
    (Mediation, Action::ReclaimAgreed, Refunded),
];

const STATES: usize = MilestoneState::ALL.len();

/// `TRANSITIONS` by state and action.
static NEXT: [[Option<MilestoneState>; Action::COUNT]; STATES] = {
    let mut next = [[None; Action::COUNT]; STATES];
    let mut i = 0;
    while i < TRANSITIONS.len() {
        let (from, action, to) = TRANSITIONS[i];
        assert!(next[from as usize][action as usize].is_none());
        next[from as usize][action as usize] = Some(to);
        i += 1;
    }
    next
};

/// Returns the state that `action` leads to.
///
/// Errors: `MilestoneNotFunded`, `MilestoneAlreadyFunded`, `MilestoneNotSubmitted`, `MilestoneAlreadySubmitted`,
/// `MilestoneInDispute`, `MilestoneInMediation`, `MilestoneNotDisputed`, `MediationNotStarted`,
/// `MilestoneAlreadyReleased`.
pub fn next_state(from: MilestoneState, action: Action) -> Result<MilestoneState, MilestoneError> {
    match NEXT.get(from as usize).and_then(|row| row.get(action as usize)) {
        Some(Some(to)) => Ok(*to),
        _ => Err(refusal(from, action)),
    }
}

/// Returns why there is no transition: what the action requires, or what prevents it.
#[cold]
fn refusal(from: MilestoneState, action: Action) -> MilestoneError {
    use Action::*;
    match (from, action) {
        (Released | Resolved | Refunded, _) => MilestoneError::MilestoneAlreadyReleased,
        (Unfunded, _) => MilestoneError::MilestoneNotFunded,
        (_, Fund) => MilestoneError::MilestoneAlreadyFunded,
        (Disputed, Resolve | Expire) => MilestoneError::MediationNotStarted,
        (Funded | Submitted, WithdrawDispute | RequestMediation | Resolve | Expire) => {
            MilestoneError::MilestoneNotDisputed
        }
        (Disputed, _) => MilestoneError::MilestoneInDispute,
        (Mediation, _) => MilestoneError::MilestoneInMediation,
        (Funded, _) => MilestoneError::MilestoneNotSubmitted,
        (Submitted, _) => MilestoneError::MilestoneAlreadySubmitted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; Action::COUNT] = [
        Action::Fund,
        Action::Submit,
        Action::Approve,
        Action::Execute,
        Action::Dispute,
        Action::WithdrawDispute,
        Action::RequestMediation,
        Action::Resolve,
        Action::Expire,
        Action::Settle,
        Action::Reclaim,
        Action::ReclaimAgreed,
    ];

    /// The instruction of an action, as the docs name it.
    fn instruction(action: Action) -> &'static str {
        match action {
            Action::Fund => "fund_milestones",
            Action::Submit => "submit_milestone",
            Action::Approve => "approve_milestone",
            Action::Execute => "execute_payment",
            Action::Dispute => "dispute_milestone",
            Action::WithdrawDispute => "withdraw_dispute",
            Action::RequestMediation => "request_mediation",
            Action::Resolve => "resolve_dispute",
            Action::Expire => "expire_mediation",
            Action::Settle => "settle_milestone",
            Action::Reclaim => "reclaim_milestone",
            Action::ReclaimAgreed => "reclaim_milestone (agreed)",
        }
    }

    #[test]
    fn given_the_docs_when_compared_then_the_same_table() {
        let docs = include_str!("../../../../docs/escrow.md");
        let documented: Vec<[String; 3]> = docs
            .lines()
            .filter_map(|line| {
                let cells: Vec<String> = line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
                let is_row = cells.len() > 4 && MilestoneState::ALL.iter().any(|state| name(*state) == cells[1]);
                is_row.then(|| [cells[1].clone(), cells[2].clone(), cells[3].clone()])
            })
            .collect();
        let mut coded: Vec<[String; 3]> = TRANSITIONS
            .iter()
            .map(|(from, action, to)| [name(*from), instruction(*action).to_string(), name(*to)])
            .collect();
        // The one transition that no instruction makes.
        coded.push([name(Disputed), "(time)".to_string(), name(Mediation)]);
        let sorted = |mut rows: Vec<[String; 3]>| {
            rows.sort();
            rows
        };
        assert_eq!(sorted(documented), sorted(coded));
    }

    fn name(state: MilestoneState) -> String {
        format!("{state:?}").to_lowercase()
    }

    #[test]
    fn given_every_state_and_action_then_exactly_the_tables_ways() {
        let mut ways = 0;
        for from in MilestoneState::ALL {
            for action in ACTIONS {
                let listed = TRANSITIONS.iter().find(|(f, a, _)| *f == from && *a == action);
                assert_eq!(next_state(from, action).ok(), listed.map(|(_, _, to)| *to), "{from:?} {action:?}");
                ways += listed.is_some() as usize;
            }
        }
        assert_eq!(ways, TRANSITIONS.len());
    }

    #[test]
    fn given_a_final_state_then_no_way_out() {
        for from in [Released, Resolved, Refunded] {
            for action in ACTIONS {
                assert_eq!(next_state(from, action), Err(MilestoneError::MilestoneAlreadyReleased));
            }
        }
    }

    #[test]
    fn given_no_way_then_the_reason() {
        use Action::*;
        use MilestoneError::*;
        for (from, action, error) in [
            (Unfunded, Submit, MilestoneNotFunded),
            (Unfunded, Settle, MilestoneNotFunded),
            (Mediation, Fund, MilestoneAlreadyFunded),
            (Funded, Dispute, MilestoneNotSubmitted),
            (Submitted, Submit, MilestoneAlreadySubmitted),
            (Submitted, Reclaim, MilestoneAlreadySubmitted),
            (Submitted, Resolve, MilestoneNotDisputed),
            (Funded, WithdrawDispute, MilestoneNotDisputed),
            (Disputed, Approve, MilestoneInDispute),
            (Disputed, Execute, MilestoneInDispute),
            (Disputed, Reclaim, MilestoneInDispute),
            (Disputed, Expire, MediationNotStarted),
            (Mediation, Execute, MilestoneInMediation),
            (Mediation, Submit, MilestoneInMediation),
            (Mediation, WithdrawDispute, MilestoneInMediation),
            (Mediation, RequestMediation, MilestoneInMediation),
        ] {
            assert_eq!(next_state(from, action), Err(error), "{from:?} {action:?}");
        }
    }
}
