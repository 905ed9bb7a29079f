/** How the county works: 全自动, 人机协同, 人工, or a storm. What a switch would move is shown before anybody switches. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { Field, Tag } from "../kit/pieces";
import { complain } from "../kit/toast";
import { hm } from "../lib/format";
import { useMode } from "./queries";
import { deskWords } from "./words";

type Mode = Schemas["Mode"];
const MODES: readonly Mode[] = ["quick", "normal", "manual", "storm"];

export function ModeSwitch(): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const me = useMe();
  const { data } = useMode(me.account.area);
  const [asked, setAsked] = useState<Mode | null>(null);
  if (data === undefined) return null;
  const told = data.set_by === null ? texts.mode : texts.modeBy(data.set_by.replace(/^a-/, ""), hm(data.set_at));
  return (
    <div className="row modes" role="group" aria-label={texts.mode} title={told}>
      {MODES.map((mode) => (
        <button key={mode} type="button" className="button" aria-pressed={data.mode === mode} onClick={() => (mode === data.mode ? undefined : setAsked(mode))}>
          {texts.modes[mode]}
        </button>
      ))}
      {data.proposal === null ? null : <Tag tone="warn">▲ {texts.proposal}</Tag>}
      {asked === null ? null : <Switching mode={asked} area={me.account.area} allowed={may(me, "mode.set")} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Switching({ mode, area, allowed, onClose }: { mode: Mode; area: string; allowed: boolean; onClose: () => void }): React.JSX.Element {
  const texts = useWords(deskWords);
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const params = { path: { code: area } };
  const { data: trial, error } = useQuery({
    queryKey: ["modeTrial", area, mode],
    queryFn: () => answered(api.POST("/api/v1/areas/{code}/mode/dry-run", { params, body: { mode } })),
  });
  const { mutate, isPending } = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/areas/{code}/mode", { params, body: { mode, reason } })),
    onSuccess: (now) => {
      queries.setQueryData(["mode", area], now);
      onClose();
    },
    onError: complain,
  });
  const name = texts.modes[mode];
  return (
    <Dialog
      title={allowed ? texts.modeSwitch(name) : texts.modeTry(name)}
      onClose={onClose}
      onConfirm={allowed ? () => mutate() : undefined}
      busy={isPending || reason.trim() === ""}
    >
      {allowed ? null : <p className="soft">{texts.modeNot}</p>}
      {error === null ? null : <p className="refused">✖ {error.message}</p>}
      {trial === undefined ? null : (
        <ul>
          <li>{texts.moved(trial.dispatched.length)}</li>
          <li>{texts.stopped(trial.stopped.length)}</li>
          <li>{texts.gaveWay(trial.booked.length)}</li>
        </ul>
      )}
      {allowed ? (
        <Field label={texts.modeWhy} text={reason} most={200}>{(props) => <input {...props} autoFocus value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
      ) : null}
    </Dialog>
  );
}
