"""What `run.py` is made of: the programs and peers, the tables, the runs, the verdicts and the record."""
