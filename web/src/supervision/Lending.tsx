/** 借调与保底: who lends to whom by whose word, and how many free crews each county keeps. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { fromLocal, toLocal } from "../forms/times";
import { label, useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { who } from "../tickets/pieces";
import { supervisionWords } from "./words";

type Grant = Schemas["GrantShown"];
type Reserve = Schemas["ReserveShown"];
interface Query {
  area?: string;
  in_force?: boolean;
}

const HOURS_MS = 12 * 3_600_000;

async function load(query: Query): Promise<Page<Grant>> {
  const { grants } = await answered(api.GET("/api/v1/lending", { params: { query: { ...query, limit: 500 } } }));
  return { rows: grants, next: null };
}

export function Lending(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const me = useMe();
  const [making, setMaking] = useState(false);
  const [ended, setEnded] = useState<Grant | null>(null);
  return (
    <>
      <ListView
        name="lending"
        label={texts.tabs.lending}
        columns={useGrantColumns(setEnded)}
        load={load}
        idOf={(grant) => grant.id}
        initial={{} as Query}
        filters={[
          { name: "area", label: table.area, kind: "area" },
          { name: "in_force", label: texts.inForce, kind: "flag" },
        ]}
        exported="lending"
        tools={may(me, "lending.grant") ? <Button tone="main" onClick={() => setMaking(true)}>{texts.grant}</Button> : null}
      />
      {making ? <GrantForm onClose={() => setMaking(false)} /> : null}
      {ended === null ? null : <RevokeForm grant={ended} onClose={() => setEnded(null)} />}
    </>
  );
}

function useGrantColumns(end: (grant: Grant) => void): Column<Grant>[] {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const ends = (grant: Grant): boolean => grant.revoked_at === null && Date.parse(grant.until_at) > now();
  return [
    { key: "lender", title: texts.lender, frozen: "left", render: (grant) => areas.name(grant.lender) },
    { key: "borrower", title: texts.borrower, render: (grant) => areas.name(grant.borrower) },
    { key: "kind", title: texts.grantKind, render: (grant) => label(names.GrantKind, grant.kind) },
    { key: "from", title: texts.fromAt, render: (grant) => <span className="nowrap">{full(grant.from_at)}</span> },
    { key: "until", title: texts.toAt, render: (grant) => <span className="nowrap">{full(grant.until_at)}</span> },
    { key: "crews", title: texts.most, right: true, render: (grant) => grant.crews ?? texts.unlimited },
    { key: "skill", title: texts.skill, render: (grant) => grant.skill ?? texts.unlimited },
    { key: "below", title: texts.belowReserve, spare: true, render: (grant) => (grant.below_reserve ? table.yes : table.no) },
    { key: "reason", title: texts.reason, render: (grant) => grant.reason },
    { key: "approved", title: texts.approvedBy, render: (grant) => grant.approved_by },
    { key: "granted", title: texts.grantedBy, render: (grant) => `${who(grant.granted_by)} ${full(grant.granted_at)}` },
    { key: "revoked", title: texts.revokedAt, render: (grant) => (grant.revoked_at ? `${full(grant.revoked_at)} ${grant.revoke_reason ?? ""}` : "—") },
    { key: "act", title: table.actions, frozen: "right", render: (grant) => (may(me, "lending.grant") && ends(grant) ? <Button tone="risky" onClick={() => end(grant)}>{texts.revoke}</Button> : null) },
  ];
}

function GrantForm({ onClose }: { onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  const done = useDone("lending");
  const kinds = [...(may(me, "lending.agree") ? ["agreement"] : []), ...(may(me, "lending.order") ? ["order"] : [])];
  const at = (later: number): string => toLocal(new Date(now() + later).toISOString());
  return (
    <FormDialog
      title={texts.grant}
      fields={[
        { name: "kind", label: texts.grantKind, kind: "one", options: optionsOf(names.GrantKind, kinds), required: true },
        { name: "lender", label: texts.lender, kind: "area", required: true, everywhere: true },
        { name: "borrower", label: texts.borrower, kind: "area", required: true, everywhere: true },
        { name: "from_at", label: texts.fromAt, kind: "time", required: true },
        { name: "until_at", label: texts.toAt, kind: "time", required: true },
        { name: "crews", label: texts.most, kind: "number", most: 10_000, hint: texts.unlimited },
        { name: "below_reserve", label: texts.belowReserve, kind: "flag" },
        { name: "reason", label: texts.reason, kind: "line", required: true, most: 200 },
        { name: "approved_by", label: texts.approvedBy, kind: "line", required: true, most: 60 },
      ]}
      initial={{ kind: kinds[0] ?? "", lender: me.account.area, from_at: at(0), until_at: at(HOURS_MS) }}
      onClose={onClose}
      onSend={async (values, key) => {
        const body = {
          kind: values.kind as Schemas["GrantKind"],
          lender: String(values.lender),
          borrower: String(values.borrower),
          from_at: fromLocal(String(values.from_at)),
          until_at: fromLocal(String(values.until_at)),
          crews: values.crews ? Number(values.crews) : null,
          below_reserve: values.below_reserve === true,
          reason: String(values.reason),
          approved_by: String(values.approved_by),
        };
        await answered(api.POST("/api/v1/lending", { params: { header: once(key) }, body }));
        done(texts.grantDone);
      }}
    />
  );
}

function RevokeForm({ grant, onClose }: { grant: Grant; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const areas = useAreas();
  const done = useDone("lending");
  return (
    <FormDialog
      title={`${texts.revoke}:${areas.name(grant.lender)} → ${areas.name(grant.borrower)}`}
      fields={[{ name: "reason", label: texts.reason, kind: "line", required: true, most: 200 }]}
      risky
      confirm={texts.revoke}
      onClose={onClose}
      onSend={async ({ reason }) => {
        await answered(api.POST("/api/v1/lending/{grant_id}/revoke", { params: { path: { grant_id: grant.id } }, body: { reason: String(reason) } }));
        done(texts.grantRevoked);
      }}
    />
  );
}

async function loadReserves(query: { area?: string }): Promise<Page<Reserve>> {
  const { reserves } = await answered(api.GET("/api/v1/lending/reserves", { params: { query } }));
  return { rows: reserves, next: null };
}

export function Reserves(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const done = useDone("reserves");
  const [setting, setSetting] = useState<Reserve | null>(null);
  const columns: Column<Reserve>[] = [
    { key: "area", title: texts.area, frozen: "left", render: (reserve) => areas.name(reserve.area) },
    { key: "crews", title: texts.reserve, right: true, render: (reserve) => reserve.crews ?? texts.byPack },
    { key: "by", title: texts.setBy, render: (reserve) => (reserve.set_by ? who(reserve.set_by) : "—") },
    { key: "at", title: texts.setAt, render: (reserve) => full(reserve.set_at) },
    { key: "reason", title: texts.reserveReason, render: (reserve) => reserve.reason || "—" },
    { key: "act", title: table.actions, frozen: "right", render: (reserve) => (may(me, "reserve.set") ? <Button aria-label={`${texts.setReserve} ${areas.name(reserve.area)}`} onClick={() => setSetting(reserve)}>{texts.setReserve}</Button> : null) },
  ];
  return (
    <>
      <ListView name="reserves" label={texts.tabs.reserves} columns={columns} load={loadReserves} idOf={(reserve) => reserve.area} exported="reserves" initial={{} as { area?: string }} filters={[{ name: "area", label: table.area, kind: "area" }]} />
      {setting === null ? null : (
        <FormDialog
          title={`${texts.reserve} ${areas.name(setting.area)}`}
          fields={[
            { name: "crews", label: texts.reserve, kind: "number", required: true, most: 10_000 },
            { name: "reason", label: texts.reserveReason, kind: "line", required: true, most: 200 },
          ]}
          initial={{ crews: String(setting.crews ?? "") }}
          onClose={() => setSetting(null)}
          onSend={async ({ crews, reason }) => {
            await answered(api.PUT("/api/v1/areas/{code}/reserve", { params: { path: { code: setting.area } }, body: { crews: Number(crews), reason: String(reason) } }));
            done(texts.reserveDone);
          }}
        />
      )}
    </>
  );
}
