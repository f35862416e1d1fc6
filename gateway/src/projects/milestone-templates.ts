/** The table of default milestones: phases of each type of project, with their share and duration per size. */

/** Sizes of a project. */
export const PROJECT_SIZES = ["small", "medium", "large"] as const;
/** One of `PROJECT_SIZES`. */
export type ProjectSize = (typeof PROJECT_SIZES)[number];

/** How the homeowner verifies a milestone. */
export const VERIFICATION_METHODS = ["photo", "inspection", "self_report"] as const;
/** One of `VERIFICATION_METHODS`. */
export type VerificationMethod = (typeof VERIFICATION_METHODS)[number];

/** One phase of a type of project. */
export interface Phase {
  readonly title: string;
  readonly description: string;
  readonly verificationMethod: VerificationMethod;
  /** Percent of the amount in a small, medium and large project; a size with 0 leaves the phase out. */
  readonly percent: readonly [small: number, medium: number, large: number];
  /** Days of work in a small, medium and large project. */
  readonly days: readonly [small: number, medium: number, large: number];
}

const phase = (
  title: string,
  description: string,
  verificationMethod: VerificationMethod,
  percent: Phase["percent"],
  days: Phase["days"],
): Phase => ({ title, description, verificationMethod, percent, days });

/** A room that is taken apart and built again, such as a kitchen. */
const room = (fittings: string): readonly Phase[] => [
  phase(
    "Design and permits",
    "Approved drawings, permits and the list of materials",
    "photo",
    [0, 10, 10],
    [0, 14, 21],
  ),
  phase("Demolition", "Old fittings removed and debris cleared", "photo", [30, 20, 15], [5, 7, 10]),
  phase(
    "Rough-in",
    "Plumbing, wiring and framing ready for inspection",
    "inspection",
    [0, 25, 20],
    [0, 14, 21],
  ),
  phase("Installation", `${fittings} installed`, "photo", [50, 30, 25], [10, 14, 21]),
  phase("Finishes", "Tiles, paint and trim finished", "photo", [0, 0, 20], [0, 0, 14]),
  phase(
    "Final inspection",
    "Defects repaired, everything works, site clean",
    "inspection",
    [20, 15, 10],
    [3, 5, 7],
  ),
];

/** A surface that is prepared and covered, such as a floor or a wall. */
const surface = (work: string): readonly Phase[] => [
  phase(
    "Materials and preparation",
    "Materials on site and surfaces prepared",
    "photo",
    [40, 30, 25],
    [3, 5, 7],
  ),
  phase(work, "First half of the area finished", "photo", [0, 0, 25], [0, 0, 10]),
  phase(`${work}: remaining area`, "Whole area finished", "photo", [40, 50, 35], [5, 10, 10]),
  phase(
    "Final inspection",
    "Defects repaired and site clean",
    "inspection",
    [20, 20, 15],
    [2, 3, 5],
  ),
];

/** Work on the systems of a house, such as plumbing. */
const system = (work: string): readonly Phase[] => [
  phase(
    "Permits and materials",
    "Permits granted and materials on site",
    "photo",
    [0, 25, 20],
    [0, 7, 14],
  ),
  phase(
    "Rough-in",
    `${work} in place and ready for inspection`,
    "inspection",
    [50, 40, 30],
    [5, 10, 14],
  ),
  phase(
    "Fixtures and connection",
    "Fixtures installed and connected",
    "photo",
    [0, 0, 30],
    [0, 0, 14],
  ),
  phase(
    "Test and final inspection",
    "Everything tested and inspected",
    "inspection",
    [50, 35, 20],
    [3, 5, 7],
  ),
];

/** Work on the structure of a house, such as an addition. */
const structure: readonly Phase[] = [
  phase("Design and permits", "Approved drawings and permits", "photo", [15, 10, 10], [14, 21, 30]),
  phase(
    "Site and foundation",
    "Site prepared and foundation inspected",
    "inspection",
    [25, 20, 15],
    [10, 14, 21],
  ),
  phase(
    "Framing and roof",
    "Frame, roof, windows and doors closed in",
    "inspection",
    [0, 25, 20],
    [0, 21, 30],
  ),
  phase(
    "Rough-in",
    "Plumbing, wiring and ducts ready for inspection",
    "inspection",
    [30, 15, 15],
    [14, 14, 21],
  ),
  phase("Insulation and drywall", "Walls insulated and closed", "photo", [0, 0, 15], [0, 0, 14]),
  phase(
    "Finishes",
    "Floors, paint, trim and fixtures finished",
    "photo",
    [20, 20, 15],
    [10, 14, 21],
  ),
  phase(
    "Final inspection",
    "Certificate of occupancy, defects repaired",
    "inspection",
    [10, 10, 10],
    [5, 7, 10],
  ),
];

/** Work outside the house, such as a garden. */
const outside = (work: string): readonly Phase[] => [
  phase(
    "Design and materials",
    "Agreed plan and materials on site",
    "photo",
    [30, 20, 15],
    [5, 7, 14],
  ),
  phase("Groundwork", "Ground cleared, levelled and drained", "photo", [0, 30, 30], [0, 7, 14]),
  phase(work, "Agreed plan built", "photo", [50, 35, 40], [7, 10, 21]),
  phase(
    "Final inspection",
    "Defects repaired and site clean",
    "inspection",
    [20, 15, 15],
    [2, 3, 5],
  ),
];

/** Phases per type of project. The percentages of each size sum to 100. */
export const MILESTONE_TEMPLATES = {
  kitchen_renovation: room("Cabinets, worktops and appliances"),
  bathroom_renovation: room("Bath, shower, basin and toilet"),
  basement_finishing: room("Walls, floor and ceiling"),
  home_addition: structure,
  roofing: surface("Roofing"),
  flooring: surface("Flooring"),
  painting: surface("Painting"),
  windows_and_doors: surface("Windows and doors"),
  plumbing: system("Pipes"),
  electrical: system("Wiring"),
  hvac: system("Ducts and units"),
  landscaping: outside("Planting and construction"),
  deck_and_patio: outside("Deck or patio"),
  general: [
    phase("Start", "Materials on site and work begun", "photo", [30, 30, 20], [5, 7, 14]),
    phase("First half", "First half of the work finished", "photo", [0, 0, 25], [0, 0, 21]),
    phase("Main work", "Main work finished", "photo", [40, 50, 40], [7, 14, 21]),
    phase(
      "Completion",
      "Defects repaired and everything handed over",
      "inspection",
      [30, 20, 15],
      [3, 5, 7],
    ),
  ],
} as const satisfies Record<string, readonly Phase[]>;

/** Type of a project. */
export type ProjectType = keyof typeof MILESTONE_TEMPLATES;

/** Every type of project, in the order of the table. */
export const PROJECT_TYPES = Object.keys(MILESTONE_TEMPLATES) as ProjectType[];
