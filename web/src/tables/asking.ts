/** The filters that are set and those that are asked with: what contradicts itself is told, the list stays as it was. */

import { useMemo, useRef } from "react";

import type { Filter } from "./Filters";
import { said } from "./query";
import { faultsOf, type FilterFault } from "./sought";

interface Asking<Q> {
  asked: Q;
  faults: Readonly<Record<string, FilterFault>>;
}

export function useAsking<Q extends object>(filters: readonly Filter<Q>[], query: Q): Asking<Q> {
  const faults = faultsOf(filters, query as Readonly<Record<string, unknown>>);
  const sound = useRef(query);
  if (Object.keys(faults).length === 0) sound.current = query;
  const held = sound.current;
  const asked = useMemo(() => said(held), [held]);
  return { asked, faults };
}
