"""Grid service tasks (网格服务任务) at the desk: made, offered to crews with slack, done, and given back to repairs."""
