"""事中监督: who is warned, who steps in, who waits with whose leave."""
