/** Details of causes that crews write most (原因小类), offered as one tap; anything else may be typed. After domain 3.2. */

export const DETAILS: Readonly<Record<string, readonly string[]>> = {
  customer: ["表后开关跳闸", "内线故障", "过负荷"],
  nature: ["雷击", "大风", "树木碰线", "洪水", "覆冰"],
  outside: ["车辆碰撞", "施工挖断", "异物挂线"],
  operation: ["负荷过大", "接头松动", "维护不到位"],
  equipment: ["断线", "绝缘子破损", "开关损坏", "熔丝熔断", "烧接头"],
  design: ["施工质量", "设计不当"],
  lv_before_meter: ["接户线断线", "表前开关损坏", "零线断", "缺相", "烧接头"],
  lv_behind_meter: ["表后开关跳闸", "漏保动作", "内线故障"],
};
