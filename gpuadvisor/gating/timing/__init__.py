"""Compare two versions by their times: interleaved, with statistics that identical versions survive."""
