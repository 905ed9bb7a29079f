"""指挥看板 and 复盘, held against the tickets' own logs and against the indices of the house."""
