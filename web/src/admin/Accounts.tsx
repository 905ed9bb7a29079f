/** 账号: made, changed, stopped; the tokens of machines, whose secret is shown once. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { useMe } from "../api/session";
import { once, useAct, useDone } from "../forms/act";
import type { Asked } from "../forms/Ask";
import { FormDialog, type Values } from "../forms/FormDialog";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button, Tag } from "../kit/pieces";
import type { Option } from "../tables/Checks";
import type { Column } from "../tables/DataTable";
import type { Filter } from "../tables/Filters";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { tableWords } from "../tables/words";
import { roleName } from "../tickets/pieces";
import { useCrewOptions } from "./crews";
import { TokensDialog } from "./Tokens";
import { adminWords } from "./words";

type Account = Schemas["Account"];
type Open = { what: "new" } | { what: "change" | "active" | "tokens"; account: Account } | null;
const SYSTEM = "SYSTEM";

interface Query {
  q?: string;
  role?: Schemas["Role"];
  area?: string;
}

async function load(query: Query, turn: Turn): Promise<Page<Account>> {
  const { accounts, next } = await answered(api.GET("/api/v1/accounts", { params: { query: { ...query, ...turn } } }));
  return { rows: accounts, next };
}

export function Accounts(): React.JSX.Element {
  const texts = useWords(adminWords);
  const [open, setOpen] = useState<Open>(null);
  const table = useWords(tableWords);
  const close = (): void => setOpen(null);
  const filters: Filter<Query>[] = [
    { name: "q", label: table.search, kind: "text", hint: texts.accountHint },
    { name: "role", label: texts.role, kind: "one", options: useRoles() },
    { name: "area", label: texts.area, kind: "area", down: "depot" },
  ];
  return (
    <>
      <ListView
        name="accounts"
        label={texts.tabs.accounts}
        columns={useColumns(setOpen)}
        load={load}
        idOf={(account) => account.id}
        initial={{} as Query}
        filters={filters}
        exported="accounts"
        tools={<Button tone="main" onClick={() => setOpen({ what: "new" })}>{texts.create}</Button>}
      />
      {open?.what === "new" ? <NewAccount onClose={close} /> : null}
      {open?.what === "change" ? <ChangeAccount account={open.account} onClose={close} /> : null}
      {open?.what === "active" ? <ToggleAccount account={open.account} onClose={close} /> : null}
      {open?.what === "tokens" ? <TokensDialog account={open.account} onClose={close} /> : null}
    </>
  );
}

function useColumns(open: (what: Open) => void): Column<Account>[] {
  const texts = useWords(adminWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const crews = new Map(useCrewOptions(useMe().account.area).map(({ value, text }) => [value, text]));
  const crewName = ({ crew_id: id }: Account): string => (id === null || id === undefined ? "—" : (crews.get(id) ?? id));
  return [
    { key: "login", title: texts.login, frozen: "left", render: (account) => account.login },
    { key: "name", title: texts.name, render: (account) => account.name },
    { key: "role", title: texts.role, render: (account) => roleName(account.role) },
    { key: "area", title: texts.area, render: (account) => areas.name(account.area) },
    { key: "crew", title: texts.crew, render: crewName },
    { key: "active", title: texts.active, render: (account) => <Tag tone={account.active === false ? "warn" : "ok"}>{account.active === false ? `▲ ${texts.disabled}` : texts.enabled}</Tag> },
    {
      key: "act",
      title: table.actions,
      frozen: "right",
      render: (account) => (
        <span className="row">
          <Button aria-label={`${texts.change} ${account.login}`} onClick={() => open({ what: "change", account })}>{texts.change}</Button>
          <Button aria-label={`${texts.tokens} ${account.login}`} onClick={() => open({ what: "tokens", account })}>{texts.tokens}</Button>
          <Button tone={account.active === false ? "plain" : "risky"} aria-label={`${account.active === false ? texts.enable : texts.disable} ${account.login}`} onClick={() => open({ what: "active", account })}>
            {account.active === false ? texts.enable : texts.disable}
          </Button>
        </span>
      ),
    },
  ];
}

function useRoles(): Option[] {
  useWords(adminWords); // drawn anew in another language
  return Object.keys(names.Role).filter((role) => role !== SYSTEM).map((value) => ({ value, text: roleName(value) }));
}

/** The questions of the form; the crews are those of the area that is chosen in it. */
function useQuestions(account?: Account): { fields: Asked[]; onChange: (values: Values) => void } {
  const texts = useWords(adminWords);
  const roles = useRoles();
  const [area, setArea] = useState(account?.area ?? "");
  const crews = useCrewOptions(area);
  const own = account?.crew_id ?? null;
  const options = own === null || crews.some(({ value }) => value === own) ? crews : [...crews, { value: own, text: own }];
  const fields: Asked[] = [
    { name: "name", label: texts.name, kind: "line", required: true, most: 60 },
    { name: "role", label: texts.role, kind: "one", options: roles, required: true },
    { name: "area", label: texts.area, kind: "area", required: true, down: "depot" },
    { name: "crew_id", label: texts.crew, kind: "one", options, hint: texts.crewHint },
    { name: "password", label: texts.password, kind: "secret", most: 128, hint: texts.passwordHint },
  ];
  return { fields, onChange: (values) => setArea(String(values.area ?? "")) };
}

function said(values: Values) {
  const text = (name: string): string => String(values[name] ?? "").trim();
  return { name: text("name"), role: text("role") as Schemas["Role"], area: text("area"), crew_id: text("crew_id") || null, password: String(values.password ?? "") || null };
}

function NewAccount({ onClose }: { onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  const done = useDone("accounts");
  const { fields, onChange } = useQuestions();
  return (
    <FormDialog
      title={texts.create}
      fields={[{ name: "login", label: texts.login, kind: "line", required: true, most: 64 }, ...fields]}
      onChange={onChange}
      onClose={onClose}
      onSend={async (values, key) => {
        await answered(api.POST("/api/v1/accounts", { params: { header: once(key) }, body: { login: String(values.login).trim(), ...said(values) } }));
        done(texts.created);
      }}
    />
  );
}

function ChangeAccount({ account, onClose }: { account: Account; onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  const done = useDone("accounts");
  return (
    <FormDialog
      title={`${texts.change} ${account.login}`}
      {...useQuestions(account)}
      initial={{ name: account.name, role: account.role, area: account.area, crew_id: account.crew_id ?? "" }}
      onClose={onClose}
      onSend={async (values) => {
        const { password, ...rest } = said(values);
        const body = password === null ? rest : { ...rest, password };
        await answered(api.PATCH("/api/v1/accounts/{account_id}", { params: { path: { account_id: account.id } }, body }));
        done(texts.changed);
      }}
    />
  );
}

function ToggleAccount({ account, onClose }: { account: Account; onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  const { busy, run } = useAct("accounts");
  const stops = account.active !== false;
  const go = (): void => {
    void run(() => answered(api.PATCH("/api/v1/accounts/{account_id}", { params: { path: { account_id: account.id } }, body: { active: !stops } })), texts.changed).then((made) => made && onClose());
  };
  return (
    <Dialog title={`${stops ? texts.disable : texts.enable} ${account.login} ${account.name}`} onClose={onClose} onConfirm={go} confirm={stops ? texts.disable : texts.enable} risky={stops} busy={busy}>
      {stops ? <p>{texts.disableSure}</p> : null}
    </Dialog>
  );
}
