/** Texts of lists and forms that every screen of tables shares. */

import type { Words } from "../i18n";

const zh = {
  filters: "筛选条件",
  all: "全部",
  area: "辖区",
  actions: "操作",
  page: (n: number) => `第 ${n} 页`,
  here: (n: number) => `本页 ${n} 条`,
  total: (n: number) => `共 ${n} 条`,
  forward: "下一页",
  back: "上一页",
  print: "打印",
  exporting: "正在导出……",
  columnsOf: "选择显示的列",
  reset: "恢复默认",
  chosen: (n: number) => `已选 ${n} 项`,
  sections: "分项",
  yes: "是",
  no: "否",
  from: "起",
  to: "止",
  sent: "已提交",
  file: "选择文件",
  details: "详情",
  search: "查找",

};

const en = {
  filters: "Filters",
  all: "All",
  area: "Area",
  actions: "Actions",
  page: (n: number) => `Page ${n}`,
  here: (n: number) => `${n} rows on this page`,
  total: (n: number) => `${n} rows`,
  forward: "Next",
  back: "Previous",
  print: "Print",
  exporting: "Exporting …",
  columnsOf: "Columns to show",
  reset: "Back to default",
  chosen: (n: number) => `${n} chosen`,
  sections: "Sections",
  yes: "Yes",
  no: "No",
  from: "From",
  to: "Until",
  sent: "Done",
  file: "Choose a file",
  details: "Details",
  search: "Search",

};

export const tableWords: Words<typeof zh> = { zh, en };
