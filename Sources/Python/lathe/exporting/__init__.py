"""What ``python -m lathe.export`` does: Parquet with a card and a description in Croissant."""
