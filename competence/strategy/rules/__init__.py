"""What a plan may say, how its indicators are counted, and what a pulse may show. Pure."""
