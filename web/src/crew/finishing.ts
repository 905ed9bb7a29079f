/** The reports that a finish is made of: what the server must have heard before comes before, at the same time. */

import type { Filled } from "./checks";
import type { Said } from "./sending";
import type { Job } from "./steps";

function named(filled: Filled): Record<string, unknown> {
  const words: [string, string][] = [
    ["ownership", filled.ownership],
    ["cause_l1", filled.cause],
    ["cause_l2", filled.causeDetail.trim()],
    ["field_record", filled.record.trim()],
  ];
  return Object.fromEntries(words.filter(([, value]) => value !== ""));
}

/** Repairing is told of a job that was restored; a visit that found no fault of ours says only how it ended. */
export function finishOf(job: Job, filled: Filled, photos: readonly string[]): Said[] {
  const steps: Said[] = [];
  const restored = filled.result === "restored";
  let left = photos;
  if (restored && job.stage === "arrived") {
    steps.push({ kind: "locate", said: { fault_point: filled.faultPoint.trim(), ownership: filled.ownership, photos } });
    left = [];
  }
  if (restored && job.stage !== "repairing") steps.push({ kind: "start-repair" });
  const said = { result: filled.result, ...named(filled), ...(left.length === 0 ? {} : { photos: left }) };
  return [...steps, { kind: "restore", said }];
}
