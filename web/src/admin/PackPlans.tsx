/** 规则包 from a date on: a file is checked, what it would change is shown, then it is planned; a plan can be withdrawn. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError } from "../api/errors";
import { answered, api, type Schemas } from "../api/client";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { fromLocal } from "../forms/times";
import { language, useWords } from "../i18n";
import { Button, Field, Panel } from "../kit/pieces";
import { saying } from "../kit/toast";
import { full } from "../lib/format";
import { sourceText } from "../lib/sources";
import { planWords } from "./planWords";

type Plan = Schemas["PlannedShown"];

export function PackPlans(): React.JSX.Element {
  const texts = useWords(planWords);
  const { data } = useQuery({ queryKey: ["pack-plans"], queryFn: () => answered(api.GET("/api/v1/pack-plans")), refetchInterval: 10_000 });
  const [bringing, setBringing] = useState(false);
  const [leaving, setLeaving] = useState<Plan | null>(null);
  const plans = data?.plans ?? [];
  return (
    <Panel
      title={texts.title}
      aside={
        <Button tone="main" onClick={() => setBringing(true)}>
          {texts.bring}
        </Button>
      }
    >
      {plans.length === 0 ? <p className="soft">{texts.none}</p> : <Plans plans={plans} onWithdraw={setLeaving} />}
      <p className="soft small">{texts.note}</p>
      {bringing ? <Bring onClose={() => setBringing(false)} /> : null}
      {leaving === null ? null : <Withdraw plan={leaving} onClose={() => setLeaving(null)} />}
    </Panel>
  );
}

function Plans({ plans, onWithdraw }: { plans: readonly Plan[]; onWithdraw: (plan: Plan) => void }): React.JSX.Element {
  const texts = useWords(planWords);
  const state = ({ begun_at: begun, withdrawn_at: gone }: Plan): string => (gone ? texts.gone(full(gone)) : begun ? texts.begun(full(begun)) : texts.waiting);
  return (
    <table className="table">
      <thead>
        <tr>
          {[texts.key, texts.fromAt, texts.state, texts.by, texts.reason].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {plans.map((plan) => (
          <tr key={plan.key}>
            <th scope="row">{plan.key}</th>
            <td>{full(plan.from_at)}</td>
            <td>{state(plan)}</td>
            <td>{plan.planned_by}</td>
            <td>{plan.reason}</td>
            <td>{plan.begun_at || plan.withdrawn_at ? null : <Button onClick={() => onWithdraw(plan)}>{texts.withdraw}</Button>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Withdraw({ plan, onClose }: { plan: Plan; onClose: () => void }): React.JSX.Element {
  const texts = useWords(planWords);
  const done = useDone("pack-plans", "packs");
  const send = async (): Promise<void> => {
    await answered(api.POST("/api/v1/packs/{key}/withdraw", { params: { path: { key: plan.key } } }));
    done(texts.withdrawn);
  };
  return (
    <FormDialog title={texts.withdraw} fields={[]} risky confirm={texts.withdraw} onClose={onClose} onSend={send}>
      <p>{texts.sure(plan.key)}</p>
    </FormDialog>
  );
}

function Bring({ onClose }: { onClose: () => void }): React.JSX.Element {
  const texts = useWords(planWords);
  const done = useDone("pack-plans", "packs");
  const [text, setText] = useState<string | null>(null);
  const [checked, setChecked] = useState<Schemas["PackChecked"] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    setChecked(null);
    setWrong(null);
    setText(null);
    if (file === undefined) return;
    try {
      const said = await file.text();
      setChecked(await answered(api.POST("/api/v1/packs/check", { body: { text: said } })));
      setText(said);
    } catch (error) {
      setWrong(saying(error));
    }
  };
  const fields = [
    { name: "from_at", label: texts.fromAt, kind: "time", required: true },
    { name: "reason", label: texts.reason, kind: "line", required: true, most: 500 },
  ] as const;
  return (
    <FormDialog
      title={texts.bring}
      fields={fields}
      confirm={texts.confirm}
      onClose={onClose}
      above={<Field label={texts.file} wrong={wrong}>{(input) => <input {...input} type="file" accept=".yaml,.yml" onChange={(event) => void take(event.target.files?.[0])} />}</Field>}
      onSend={async (values, key) => {
        if (text === null) throw new ApiError(422, "Nothing", texts.choose);
        const body = { text, from_at: fromLocal(String(values.from_at)), reason: String(values.reason) };
        await answered(api.POST("/api/v1/packs", { body, headers: once(key) }));
        done(texts.planned);
      }}
    >
      {checked === null ? null : <Differences checked={checked} />}
    </FormDialog>
  );
}

function Differences({ checked }: { checked: Schemas["PackChecked"] }): React.JSX.Element {
  const texts = useWords(planWords);
  const { differences } = checked;
  const chinese = language.get() === "zh";
  return (
    <div className="stack" role="status">
      <p>✓ {differences.length === 0 ? texts.same : texts.checked(checked.key, differences.length)}</p>
      {differences.length === 0 ? null : (
        <div className="scroll" style={{ maxHeight: 260 }} tabIndex={0} role="region" aria-label={texts.item}>
          <table className="table">
            <thead>
              <tr>
                {[texts.item, texts.before, texts.after, texts.source].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ path, item, value, unit, other, source, raw }) => (
                <tr key={path}>
                  <th scope="row" title={path}>
                    {chinese ? item : path}
                  </th>
                  <td>{(chinese ? other : raw.other) ?? "—"}</td>
                  <td>
                    <strong>{(chinese ? value : raw.value) ?? "—"}</strong> {chinese ? unit : raw.unit}
                  </td>
                  <td>{chinese ? source : sourceText(raw.source)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
