"""From facts to advice: the fact catalogue, expressions, rule pages, gains and ranking."""
