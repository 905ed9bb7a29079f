/** Texts of the pieces that every screen is made of. */

import type { Words } from "../i18n";

const zh = {
  notices: "提示",
  unreachable: "连接不上服务器,本次操作未送达;网络恢复后请重试,已填内容不会丢失",
  unknown: "页面出错,请刷新后重试;如仍出错请告知管理员",
  close: "关闭",
  cancel: "取消",
  confirm: "确定",
  working: "正在处理……",
  loading: "正在读取……",
  retry: "重试",
  nothing: "暂无数据",
  more: "显示更多",
  required: "必填",
  fillIn: "必填,请填写",
  tooLong: (n: number) => `超出 ${n} 字,请删减后再提交`,
  counter: (n: number, most: number) => `${n}/${most} 字`,
  export: "导出 Excel",
  columns: "列",
  left: (span: string) => `剩 ${span}`,
  over: (span: string) => `超 ${span}`,
  rows: (n: number) => `共 ${n} 条`,
};

const en = {
  notices: "Notices",
  unreachable: "The server cannot be reached; nothing was sent. Try again when the network is back, what you typed stays",
  unknown: "The page failed; reload it, and tell the administrator if it fails again",
  close: "Close",
  cancel: "Cancel",
  confirm: "OK",
  working: "Working …",
  loading: "Loading …",
  retry: "Try again",
  nothing: "Nothing here",
  more: "Show more",
  required: "required",
  fillIn: "required: please fill it in",
  tooLong: (n: number) => `${n} characters too many; shorten it before it is sent`,
  counter: (n: number, most: number) => `${n} of ${most} characters`,
  export: "Export to Excel",
  columns: "Columns",
  left: (span: string) => `${span} left`,
  over: (span: string) => `${span} over`,
  rows: (n: number) => `${n} rows`,
};

export const kitWords: Words<typeof zh> = { zh, en };
