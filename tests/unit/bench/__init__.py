"""What the benchmarks reckon and write, without measuring."""
