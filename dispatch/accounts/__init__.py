"""People and machines: who they are, where they belong, what they may do, how they are recognised."""
