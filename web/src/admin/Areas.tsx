/** 区域与值班: the tree of areas down to the depots, and who is told on duty in each of them. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useAct } from "../forms/act";
import { label, useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button, Field, Tag, TooLong, ended } from "../kit/pieces";
import { DataTable, type Column } from "../tables/DataTable";
import { useAreas, type Area } from "../tables/areas";
import { listOf } from "../tables/listing";
import { tableWords } from "../tables/words";
import { adminWords } from "./words";

type Contact = Schemas["DutyContact"];
const DEPTH = { province: 0, city: 1, county: 2, depot: 3 } as const;

export function Areas(): React.JSX.Element {
  const texts = useWords(adminWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<Area | null>(null);
  const rows = areas.own.filter((area) => area.name.includes(words) || area.code.startsWith(words));
  const columns: Column<Area>[] = [
    { key: "name", title: texts.areaName, frozen: "left", render: (area) => <span>{words === "" ? "\u3000".repeat(DEPTH[area.level]) : ""}{area.name}</span> },
    { key: "code", title: texts.code, render: (area) => area.code },
    { key: "level", title: texts.level, render: (area) => label(names.AreaLevel, area.level) },
    { key: "parent", title: texts.parent, render: (area) => areas.name(area.parent) },
    { key: "seat", title: texts.seat, render: (area) => (area.lon === null || area.lat === null ? "—" : `${area.lon.toFixed(5)}, ${area.lat.toFixed(5)}`) },
    { key: "approximate", title: texts.approximate, render: (area) => (area.approximate ? <Tag>{table.yes}</Tag> : table.no) },
    { key: "act", title: table.actions, frozen: "right", render: (area) => (may(me, "contact.manage") ? <Button aria-label={`${texts.contacts} ${area.name}`} onClick={() => setOpen(area)}>{texts.contacts}</Button> : null) },
  ];
  return (
    <>
      <div className="filters row wrap no-print">
        <Field label={texts.filter} text={words} most={60}>{(input) => <input {...input} type="search" value={words} onChange={(event) => setWords(event.target.value.trim())} />}</Field>
      </div>
      <DataTable name="areas" label={texts.tabs.areas} columns={columns} list={listOf(rows)} idOf={(area) => area.code} exported={{ table: "areas", query: { under: me.account.area, q: words } }} />
      {open === null ? null : <Duty area={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Duty({ area, onClose }: { area: Area; onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  const path = { code: area.code };
  const { data } = useQuery({ queryKey: ["contacts", area.code], queryFn: () => answered(api.GET("/api/v1/areas/{code}/contacts", { params: { path } })), gcTime: 0 });
  if (data === undefined) return <Dialog title={`${texts.contacts} ${area.name}`} onClose={onClose}>…</Dialog>;
  return <DutyForm area={area} known={data.contacts} onClose={onClose} />;
}

const MOST_NAME = 60;
const MOST_PHONE = 20;

function DutyForm({ area, known, onClose }: { area: Area; known: readonly Contact[]; onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  const [contacts, setContacts] = useState<readonly Contact[]>(known);
  const { busy, run } = useAct("contacts", "contact-gaps");
  const change = (n: number, part: Partial<Contact>): void => setContacts(contacts.map((contact, at) => (at === n ? { ...contact, ...part } : contact)));
  const save = (): void => {
    void run(() => answered(api.PUT("/api/v1/areas/{code}/contacts", { params: { path: { code: area.code } }, body: { contacts: [...contacts] } })), texts.contactsDone).then((made) => made && onClose());
  };
  return (
    <Dialog title={`${texts.contacts} ${area.name}`} onClose={onClose} onConfirm={save} busy={busy}>
      <p className="soft small">{texts.contactsHint}</p>
      {contacts.map((contact, n) => (
        <div key={n} className="row">
          <select className="input" aria-label={`${texts.addressee} ${n + 1}`} value={contact.addressee} onChange={(event) => change(n, { addressee: event.target.value as Contact["addressee"] })}>
            {Object.keys(names.Addressee).map((value) => (
              <option key={value} value={value}>
                {label(names.Addressee, value)}
              </option>
            ))}
          </select>
          <input className="input" aria-label={`${texts.name} ${n + 1}`} placeholder={texts.name} required {...ended(contact.name, MOST_NAME)} value={contact.name} onChange={(event) => change(n, { name: event.target.value })} />
          <input className="input" aria-label={`${texts.phone} ${n + 1}`} placeholder={texts.phone} required {...ended(contact.phone, MOST_PHONE)} inputMode="tel" autoComplete="off" value={contact.phone} onChange={(event) => change(n, { phone: event.target.value })} />
          <Button tone="risky" aria-label={`${texts.drop} ${n + 1}`} onClick={() => setContacts(contacts.filter((_, at) => at !== n))}>{texts.drop}</Button>
          <TooLong text={contact.name} most={MOST_NAME} />
          <TooLong text={contact.phone} most={MOST_PHONE} />
        </div>
      ))}
      <div className="row">
        <Button onClick={() => setContacts([...contacts, { addressee: "dispatcher", name: "", phone: "" }])}>{texts.add}</Button>
      </div>
    </Dialog>
  );
}
