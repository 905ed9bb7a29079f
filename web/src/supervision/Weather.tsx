/** 恶劣天气令: listed for all, issued and revoked by the province's monitor. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { may, useMe } from "../api/session";
import { once, useAct, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { fromLocal, toLocal } from "../forms/times";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button } from "../kit/pieces";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { tableWords } from "../tables/words";
import { who } from "../tickets/pieces";
import { supervisionWords } from "./words";

type Order = Schemas["OrderShown"];
interface Query {
  area?: string;
  in_force?: boolean;
}

const DAY_MS = 86_400_000;

async function load(query: Query): Promise<Page<Order>> {
  const { orders } = await answered(api.GET("/api/v1/weather-orders", { params: { query: { ...query, limit: 500 } } }));
  return { rows: orders, next: null };
}

export function Weather(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const [issuing, setIssuing] = useState(false);
  const [revoked, setRevoked] = useState<Order | null>(null);
  const ends = (order: Order): boolean => order.revoked_at === null && Date.parse(order.to_at) > now();
  const columns: Column<Order>[] = [
    { key: "area", title: texts.area, frozen: "left", render: (order) => areas.name(order.area) },
    { key: "from", title: texts.fromAt, render: (order) => <span className="nowrap">{full(order.from_at)}</span> },
    { key: "to", title: texts.toAt, render: (order) => <span className="nowrap">{full(order.to_at)}</span> },
    { key: "reason", title: texts.reason, render: (order) => order.reason },
    { key: "text", title: texts.orderText, render: (order) => <span className="pre">{order.text || "—"}</span> },
    { key: "issuer", title: texts.issuer, render: (order) => `${who(order.issuer)} ${full(order.issued_at)}` },
    { key: "revoked", title: texts.revokedAt, render: (order) => (order.revoked_at ? `${full(order.revoked_at)} ${who(order.revoked_by ?? "")}` : "—") },
    { key: "act", title: table.actions, frozen: "right", render: (order) => (may(me, "weather.revoke") && ends(order) ? <Button tone="risky" onClick={() => setRevoked(order)}>{texts.revoke}</Button> : null) },
  ];
  return (
    <>
      <ListView
        name="weather-orders"
        label={texts.tabs.weather}
        columns={columns}
        load={load}
        idOf={(order) => order.id}
        initial={{} as Query}
        filters={[
          { name: "area", label: table.area, kind: "area" },
          { name: "in_force", label: texts.inForce, kind: "flag" },
        ]}
        exported="weather-orders"
        tools={may(me, "weather.issue") ? <Button tone="main" onClick={() => setIssuing(true)}>{texts.issue}</Button> : null}
      />
      {issuing ? <Issue onClose={() => setIssuing(false)} /> : null}
      {revoked === null ? null : <Revoke order={revoked} onClose={() => setRevoked(null)} />}
    </>
  );
}

function Issue({ onClose }: { onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const me = useMe();
  const done = useDone("weather-orders");
  const at = new Date(now()).toISOString();
  return (
    <FormDialog
      title={texts.issue}
      fields={[
        { name: "area", label: texts.area, kind: "area", required: true },
        { name: "from_at", label: texts.fromAt, kind: "time", required: true },
        { name: "to_at", label: texts.toAt, kind: "time", required: true },
        { name: "reason", label: texts.reason, kind: "line", required: true, most: 200 },
        { name: "text", label: texts.orderText, kind: "text", most: 2000 },
      ]}
      initial={{ area: me.account.area, from_at: toLocal(at), to_at: toLocal(new Date(now() + DAY_MS).toISOString()) }}
      onClose={onClose}
      onSend={async (values, key) => {
        const body = { area: String(values.area), from_at: fromLocal(String(values.from_at)), to_at: fromLocal(String(values.to_at)), reason: String(values.reason), text: String(values.text ?? "") };
        await answered(api.POST("/api/v1/weather-orders", { params: { header: once(key) }, body }));
        done(texts.issuedDone);
      }}
    />
  );
}

function Revoke({ order, onClose }: { order: Order; onClose: () => void }): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const areas = useAreas();
  const { busy, run } = useAct("weather-orders");
  const go = (): void => {
    void run(() => answered(api.DELETE("/api/v1/weather-orders/{order_id}", { params: { path: { order_id: order.id } } })), texts.revokedDone).then((made) => made && onClose());
  };
  return (
    <Dialog title={`${texts.revoke}:${areas.name(order.area)} ${order.reason}`} onClose={onClose} onConfirm={go} confirm={texts.revoke} risky busy={busy}>
      <p>{texts.revokeSure}</p>
    </Dialog>
  );
}
