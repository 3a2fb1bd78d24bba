"""Import paths of the streaming guide; thin aliases of `underround` and nothing else."""
