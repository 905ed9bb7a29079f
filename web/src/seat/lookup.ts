/** What is looked up while somebody speaks: places, what is known of his trouble, who he is, what is open around him. */

import { skipToken, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { board } from "../api/board";
import { api, answered, type Schemas } from "../api/client";
import { propose } from "./desk";
import type { County, Form, Known, Place } from "./form";
import { beginsWith } from "./initials";
import { around, ownOf, type Around, type Own } from "./near";
import { dialled, isNumber, searchedAs } from "./numbers";

const SETTLE_MS = 120; // of what is typed
const PLACES = 9; // one for each digit
const KNOWN_AGAIN_MS = 20_000;
const NEAR_KM = 0.5;
const NEAR_AGAIN_MS = 1_000;
const DAY_MS = 86_400_000;

export function useSettled<T>(value: T, ms = SETTLE_MS): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

async function knownOf(body: Schemas["KnownBody"]): Promise<Known> {
  return answered(api.POST("/api/v1/calls/known", { body }));
}

async function placesOf(q: string, county: string | undefined): Promise<Schemas["PlacesAnswer"]> {
  const query = { q, limit: PLACES, ...(county === undefined ? {} : { county }) };
  return answered(api.GET("/api/v1/places", { params: { query } }));
}

/** A telephone is looked up by a body; only the account that it gave goes into the address. */
async function find(text: string, county: string | undefined): Promise<Schemas["PlacesAnswer"]> {
  if (searchedAs(text) === "place") return placesOf(text, county);
  const { account_no } = await knownOf({ phone: dialled(text) });
  return account_no === null ? { places: [], ask: null } : placesOf(account_no, county);
}

export interface Found {
  places: readonly Place[];
  counties: readonly County[];
  ask: string | null;
  searching: boolean; // the answer to what stands in the field is not there yet
  failed: unknown;
}

export const LONGEST_SEARCH = 60;

export function usePlaces(typed: string, composing: boolean, county: County | null): Found {
  const text = [...dialled(typed)].slice(0, LONGEST_SEARCH).join("");
  const settled = useSettled(text);
  const wanted = settled !== "" && searchedAs(settled) !== "nothing" && !composing;
  const code = county?.code;
  const answer = useQuery({
    queryKey: ["seat-places", settled, code],
    queryFn: wanted ? () => find(settled, code) : skipToken,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  const counties = useCounties(text);
  const searching = !composing && searchedAs(text) !== "nothing" && (settled !== text || answer.isFetching);
  const places = wanted && settled === text ? (answer.data?.places ?? []) : [];
  return { places, counties, ask: answer.data?.ask ?? null, searching, failed: answer.error };
}

const FEW = 4;

export function useAreas(): ReadonlyMap<string, Schemas["AreaShown"]> {
  const { data } = useQuery({
    queryKey: ["areas"],
    queryFn: () => answered(api.GET("/api/v1/areas", { params: { query: {} } })),
    staleTime: DAY_MS,
  });
  return useMemo(() => new Map(data?.areas.map((area) => [area.code, area])), [data]);
}

/** Counties by 汉字, initials or code: whoever knows no more than that can be sent to the right workstation. */
function useCounties(text: string): readonly County[] {
  const areas = useAreas();
  return useMemo(() => {
    if (text.length < 2) return [];
    const found = [...areas.values()].filter(
      (area) => area.level === "county" && (area.name.startsWith(text) || area.code === text || beginsWith(area.name, text)),
    );
    return found.slice(0, FEW);
  }, [areas, text]);
}

/** What is known before a ticket is made; asked again as more is said, and now and then. */
export function useKnown(form: Form): Known | undefined {
  const { place, account, county } = form;
  const phone = isNumber(form.phone) ? dialled(form.phone) : null;
  const point = typeof place?.lon === "number" && typeof place.lat === "number" ? { lon: place.lon, lat: place.lat } : null;
  const area = place?.county ?? county?.code ?? null;
  // The number tells the account only while nobody has said another place.
  const said = useMemo(
    () => ({ account_no: account, phone: place === null || form.byPhone ? phone : null, place: point, area }),
    [account, phone, place, form.byPhone, point?.lon, point?.lat, area],
  );
  const settled = useSettled(said, 200);
  const wanted = Object.values(settled).some((part) => part !== null);
  const { data } = useQuery({
    queryKey: ["seat-known", settled],
    queryFn: wanted ? () => knownOf(settled) : skipToken,
    gcTime: 0,
    refetchInterval: KNOWN_AGAIN_MS,
  });
  const current = wanted && settled === said ? data : undefined; // what the caller before was known for is nobody else's
  useProposal(form, phone, current);
  return current;
}

/** What the caller got in touch about before, by his number and the account that was picked. */
export function useHistory(form: Form): Schemas["HistoryShown"] | undefined {
  const phone = isNumber(form.phone) ? dialled(form.phone) : null;
  const said = useMemo(() => ({ account_no: form.account, phone }), [form.account, phone]);
  const settled = useSettled(said, 200);
  const wanted = settled.account_no !== null || settled.phone !== null;
  const { data } = useQuery({
    queryKey: ["seat-history", settled],
    queryFn: wanted ? () => answered(api.POST("/api/v1/calls/history", { body: settled })) : skipToken,
    gcTime: 0,
  });
  return wanted && settled === said ? data : undefined;
}

/** Looks up where the account hangs that the number gave before, and proposes it. */
function useProposal(form: Form, phone: string | null, known: Known | undefined): void {
  const account = known?.account_no ?? null;
  const open = !form.declined && form.place === null && form.account === null && form.query === "";
  useEffect(() => {
    if (phone === null || account === null || !open) return undefined;
    let over = false;
    const settle = (place: Place | null): void => {
      if (!over) propose(form.phone, account, place);
    };
    placesOf(account, undefined).then(
      ({ places }) => settle(places.find((one) => one.level === "account") ?? null),
      () => settle(null),
    );
    return () => {
      over = true;
    };
  }, [phone, account, open, form.phone]);
}

export interface Open {
  own: readonly Own[];
  near: readonly Around[];
}

const NOTHING: Open = { own: [], near: [] };

/** Open tickets of the customer and around the place, looked through once a second while a call is on. */
export function useOpen(form: Form): Open {
  const { account, phone, place } = form;
  const [open, setOpen] = useState(NOTHING);
  const history = useHistory(form);
  const called = useMemo(() => (history === undefined ? null : calledFor(history)), [history]);
  useEffect(() => {
    const look = (): void => {
      const tickets = board.get();
      const own = ownOf(tickets.values(), account, phone, called);
      const point = typeof place?.lon === "number" && typeof place.lat === "number" && place.exact;
      const near = point ? around(tickets.values(), place.lon ?? 0, place.lat ?? 0, NEAR_KM) : [];
      setOpen((held) => (same(held, { own, near }) ? held : { own, near }));
    };
    look();
    const timer = setInterval(look, NEAR_AGAIN_MS);
    return () => clearInterval(timer);
  }, [account, phone, place, called]);
  return open;
}

function calledFor(history: Schemas["HistoryShown"]): ReadonlySet<string> {
  return new Set(history.contacts.map((contact) => contact.ticket_id).filter((id) => id !== null));
}

function same(a: Open, b: Open): boolean {
  const of = (open: Open): string => [...open.own, ...open.near].map(({ ticket }) => `${ticket.id}.${ticket.version}`).join();
  return a.own.length === b.own.length && of(a) === of(b);
}
