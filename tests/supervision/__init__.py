"""事中监督: ladders, 督办, 挂起, 延时说明, and who is told."""
