/** The tokens of one account: made with a secret that is shown once, listed without it, revoked. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { once, useAct } from "../forms/act";
import { Ask, type Typed } from "../forms/Ask";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Button } from "../kit/pieces";
import { say } from "../kit/toast";
import { full } from "../lib/format";
import { tableWords } from "../tables/words";
import { adminWords } from "./words";

const DAYS = "365";
const MOST_DAYS = 3650;

export function TokensDialog({ account, onClose }: { account: Schemas["Account"]; onClose: () => void }): React.JSX.Element {
  const texts = useWords(adminWords);
  const [values, setValues] = useState<Readonly<Record<string, Typed>>>({ label: "", valid_days: DAYS });
  const [secret, setSecret] = useState<string | null>(null);
  const { busy, run } = useAct("tokens");
  const path = { account_id: account.id };
  const { data } = useQuery({ queryKey: ["tokens", account.id], queryFn: () => answered(api.GET("/api/v1/accounts/{account_id}/tokens", { params: { path } })) });
  const change = (name: string) => (value: Typed) => setValues({ ...values, [name]: value });
  const make = (): void => {
    const body = { label: String(values.label), valid_days: Number(values.valid_days) };
    void run((key) => answered(api.POST("/api/v1/accounts/{account_id}/tokens", { params: { path, header: once(key) }, body })), texts.tokenMade).then((made) => made && setSecret(made.token));
  };
  const revoke = (token_id: string): void => {
    void run(() => answered(api.DELETE("/api/v1/accounts/{account_id}/tokens/{token_id}", { params: { path: { ...path, token_id } } })), texts.tokenRevoked);
  };
  return (
    <Dialog title={`${texts.tokens} ${account.login}`} onClose={onClose}>
      {secret === null ? null : <Secret text={secret} warning={texts.tokenOnce} />}
      <List tokens={data?.tokens ?? []} onRevoke={revoke} busy={busy} />
      <Ask field={{ name: "label", label: texts.tokenLabel, kind: "line", most: 60 }} value={values.label} wrong={null} onChange={change("label")} />
      <Ask field={{ name: "valid_days", label: texts.tokenDays, kind: "number", most: MOST_DAYS }} value={values.valid_days} wrong={null} onChange={change("valid_days")} />
      <div className="row">
        <Button disabled={busy || values.label === ""} onClick={make}>{texts.tokenMake}</Button>
      </div>
    </Dialog>
  );
}

/** What is shown once, to be copied. */
export function Secret({ text, warning }: { text: string; warning: string }): React.JSX.Element {
  const texts = useWords(adminWords);
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => say("ok", texts.copied));
  };
  return (
    <div className="stack panel" role="alert">
      <p>{warning}</p>
      <code className="pre">{text}</code>
      <div className="row">
        <Button onClick={copy}>{texts.copy}</Button>
      </div>
    </div>
  );
}

function List({ tokens, onRevoke, busy }: { tokens: readonly Schemas["TokenShown"][]; onRevoke: (id: string) => void; busy: boolean }): React.JSX.Element {
  const texts = useWords(adminWords);
  const table = useWords(tableWords);
  if (tokens.length === 0) return <p className="soft">{texts.noTokens}</p>;
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{texts.tokenLabel}</th>
          <th scope="col">{texts.tokenCreated}</th>
          <th scope="col">{texts.tokenExpires}</th>
          <th scope="col">{table.actions}</th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td>{token.label}</td>
            <td>{full(token.created_at)}</td>
            <td>{token.expires_at === null ? texts.never : full(token.expires_at)}</td>
            <td>
              <Button tone="risky" disabled={busy} aria-label={`${texts.tokenRevoke} ${token.label}`} onClick={() => onRevoke(token.id)}>{texts.tokenRevoke}</Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
