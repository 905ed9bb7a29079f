/** 消息模板: what each occasion says, in the standard words or the utility's own; changed and put back by administrators. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { full } from "../lib/format";
import { DataTable, type Column } from "../tables/DataTable";
import { listOf } from "../tables/listing";
import { tableWords } from "../tables/words";
import { TemplateEditor, TemplateView } from "./TemplateEditor";
import { templateWords } from "./templateWords";

export type Template = Schemas["TemplateShown"];
type Open = { what: "change" | "look" | "reset"; template: Template } | null;

export function Templates(): React.JSX.Element {
  const texts = useWords(templateWords);
  const found = useQuery({ queryKey: ["templates"], queryFn: () => answered(api.GET("/api/v1/message-templates")) });
  const [open, setOpen] = useState<Open>(null);
  const close = (): void => setOpen(null);
  return (
    <>
      <p className="soft small">{texts.note}</p>
      <DataTable name="templates" label={texts.all} columns={useColumns(setOpen)} list={listOf(found.data?.templates ?? [], found)} idOf={(template) => template.occasion} exported={{ table: "message-templates", query: {} }} />
      {open?.what === "change" ? <TemplateEditor template={open.template} onClose={close} /> : null}
      {open?.what === "look" ? <TemplateView template={open.template} onClose={close} /> : null}
      {open?.what === "reset" ? <Reset template={open.template} onClose={close} /> : null}
    </>
  );
}

function useColumns(open: (what: Open) => void): Column<Template>[] {
  const texts = useWords(templateWords);
  const table = useWords(tableWords);
  const manages = may(useMe(), "template.manage");
  const name = (template: Template): string => label(names.Occasion, template.occasion);
  return [
    { key: "occasion", title: texts.occasion, frozen: "left", render: (template) => name(template) },
    { key: "text", title: texts.text, render: (template) => template.own ?? template.standard },
    { key: "length", title: texts.length, right: true, render: (template) => `${template.checked.longest} / ${template.checked.most}` },
    { key: "whose", title: texts.whose, render: (template) => <Whose template={template} /> },
    { key: "medium", title: texts.medium, render: (template) => label(names.Medium, template.medium) },
    { key: "asks", title: texts.asks, render: (template) => (template.expects === null ? "—" : label(names.Question, template.expects)) },
    { key: "urgent", title: texts.urgent, spare: true, render: (template) => (template.urgent ? table.yes : table.no) },
    { key: "by", title: texts.changedBy, render: (template) => template.changed_by ?? "—" },
    { key: "at", title: texts.changedAt, render: (template) => <span className="nowrap">{template.changed_at === null ? "—" : full(template.changed_at)}</span> },
    { key: "reason", title: texts.reason, spare: true, render: (template) => template.reason ?? "—" },
    {
      key: "act",
      title: table.actions,
      frozen: "right",
      render: (template) => (
        <div className="row">
          <Button aria-label={`${manages ? texts.change : texts.look} ${name(template)}`} onClick={() => open({ what: manages ? "change" : "look", template })}>{manages ? texts.change : texts.look}</Button>
          {manages && template.own !== null ? <Button aria-label={`${texts.reset} ${name(template)}`} onClick={() => open({ what: "reset", template })}>{texts.reset}</Button> : null}
        </div>
      ),
    },
  ];
}

function Whose({ template }: { template: Template }): React.JSX.Element {
  const texts = useWords(templateWords);
  if (template.own === null) return <Tag>{texts.standard}</Tag>;
  return template.checked.faults.length > 0 ? <Tag tone="bad">{texts.unfit}</Tag> : <Tag tone="note">{texts.own}</Tag>;
}

function Reset({ template, onClose }: { template: Template; onClose: () => void }): React.JSX.Element {
  const texts = useWords(templateWords);
  const done = useDone("templates");
  const send = async (): Promise<void> => {
    const params = { path: { occasion: template.occasion }, query: { revision: template.revision } };
    await answered(api.DELETE("/api/v1/message-templates/{occasion}", { params }));
    done(texts.resetDone);
  };
  return (
    <FormDialog title={texts.reset} fields={[]} risky confirm={texts.reset} onClose={onClose} onSend={send}>
      <p>{texts.resetSure(label(names.Occasion, template.occasion))}</p>
      <p className="soft">{template.standard}</p>
    </FormDialog>
  );
}
